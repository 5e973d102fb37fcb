/** The look of the report: the editor's colours in its panel, the system's in an exported file. */
export const STYLE = `
:root { color-scheme: light dark; --text: var(--vscode-foreground, CanvasText); --paper: var(--vscode-editor-background, Canvas);
  --faint: var(--vscode-descriptionForeground, GrayText); --rule: var(--vscode-editorWidget-border, #8884);
  --blue: var(--vscode-charts-blue, #2f7ed8); --red: var(--vscode-charts-red, #d64550); --green: var(--vscode-charts-green, #2e8b57);
  --purple: var(--vscode-charts-purple, #8a5cc2); --yellow: var(--vscode-charts-yellow, #a5890c) }
body { font: var(--vscode-font-size, 14px)/1.5 var(--vscode-font-family, system-ui, sans-serif); color: var(--text); background: var(--paper);
  max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem }
h1 { font-size: 1.5em; font-weight: 600 } h2 { font-size: 1.15em; font-weight: 600; margin-top: 2em }
a { color: var(--vscode-textLink-foreground, LinkText) } a:focus-visible { outline: 1px solid var(--vscode-focusBorder, Highlight) }
.faint { color: var(--faint) }
table { border-collapse: collapse; width: 100% } th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid var(--rule) }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; overflow-wrap: anywhere }
figure { margin: 1rem 0 } figcaption { color: var(--faint) } svg { width: 100%; height: auto; max-width: 45rem; display: block }
svg text { font-size: 12px; fill: var(--text) } svg .tick { fill: var(--faint) } .grid { stroke: var(--rule); stroke-width: 1 }
.mark { fill-opacity: .55; stroke-width: 1.5 } .circle { fill: var(--blue); stroke: var(--blue) } .triangle { fill: var(--red); stroke: var(--red) }
.key { width: 14px; height: 14px; display: inline-block; vertical-align: -2px }
.line { fill: none; stroke: var(--own); stroke-width: 2 } .band { fill: var(--own); fill-opacity: .1 } .dot { fill: var(--own) }
.leader { fill: none; stroke: var(--own); stroke-width: 1; stroke-opacity: .6 } svg .series text { fill: var(--own) }
.s0 { --own: var(--blue) } .s1 { --own: var(--red) } .s2 { --own: var(--green) } .s3 { --own: var(--purple) } .s4 { --own: var(--yellow) } .s5 { --own: var(--text) }
.s1 .line { stroke-dasharray: 8 3 } .s2 .line { stroke-dasharray: 2 3 } .s3 .line { stroke-dasharray: 8 3 2 3 } .s4 .line { stroke-dasharray: 14 4 } .s5 .line { stroke-dasharray: 5 5 }
@media print { a { color: inherit; text-decoration: none } }
`;
