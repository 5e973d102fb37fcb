"""An editor for tests: a real client against the real server process."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import psutil
from lsprotocol import converters, types
from pytest_lsp import LanguageClient

HERE = Path(__file__).parent
PATIENCE = 120.0  # seconds; generous, because a shared machine may be slow and no test asserts a time


class Editor:
    """One session, spoken to as an editor would."""

    def __init__(self, client: LanguageClient, workspace: Path) -> None:
        self.client, self.workspace = client, workspace
        self.refreshes = 0
        self.statuses: list[dict[str, Any]] = []
        self.registrations: list[str] = []
        self.watched: list[str] = []  # patterns of files
        self.published: list[types.PublishDiagnosticsParams] = []
        self.result: types.InitializeResult
        self._versions: dict[str, int] = {}
        self.texts: dict[str, str] = {}

    @property
    def server(self) -> psutil.Process:
        process = self.client._server
        assert process is not None and process.returncode is None, "the server is dead"
        return psutil.Process(process.pid)

    def children(self, module: str) -> list[psutil.Process]:
        """The server's processes that run a module. Others come and go: git, asked for a file's history."""
        found = []
        for process in self.server.children():
            try:
                if module in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.NoSuchProcess:
                continue
        return found

    @property
    def worker(self) -> psutil.Process:
        [worker] = self.children("pricetag.worker")
        return worker

    def uri(self, name: str) -> str:
        return (self.workspace / name).as_uri()

    async def until(self, condition: Callable[[], Any], what: str = "", interval: float = 0.02) -> Any:
        """Poll until the condition holds (awaiting it if need be) and return its value."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            value = condition()
            if isinstance(value, Awaitable):
                value = await value
            if value:
                return value
            process = self.client._server  # none over TCP
            assert process is None or process.returncode is None, "the server died"
            await asyncio.sleep(interval)
        last = self.statuses[-1] if self.statuses else None
        raise AssertionError(f"waited {PATIENCE:g} s in vain for {what or condition}; last status {last}")

    def state(self) -> str:
        return self.statuses[-1]["state"] if self.statuses else ""

    async def ready(self) -> None:
        await self.until(lambda: self.state() == "ready", "a ready worker")

    async def idle(self) -> None:
        """Wait until everything known is forecast."""
        await self.until(
            lambda: self.state() == "ready" and self.statuses[-1]["pending"] == 0, "an idle worker"
        )

    def open(self, name: str, text: str, language: str = "python", write: bool = False) -> str:
        uri = self.uri(name)
        if write:
            (self.workspace / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        self._versions[uri], self.texts[uri] = 1, text
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, text))
        )
        return uri

    def change(self, uri: str, *changes: types.TextDocumentContentChangeEvent) -> None:
        self._versions[uri] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(uri=uri, version=self._versions[uri]), list(changes)
            )
        )

    def replace(self, uri: str, text: str) -> None:
        self.texts[uri] = text
        self.change(uri, types.TextDocumentContentChangeWholeDocument(text))

    def insert(
        self, uri: str, line: int, character: int, text: str, end: tuple[int, int] | None = None
    ) -> None:
        """Replace [(line, character), end) by text, in the session's position units."""
        start = types.Position(line, character)
        stop = types.Position(*end) if end else start
        self.change(uri, types.TextDocumentContentChangePartial(types.Range(start, stop), text))

    def save(self, uri: str, text: str | None = None) -> None:
        if text is not None:
            path = self.workspace / uri.rsplit("/", 1)[1]
            path.write_text(text, newline="")
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        )

    def send_raw(self, message: dict[str, Any]) -> None:
        """Send what no well-behaved client would."""
        body = json.dumps(message).encode()
        process = self.client._server
        assert process is not None and process.stdin is not None
        process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async def ask_raw(self, message: dict[str, Any]) -> Any:
        """Send a request as it is; its result, or what it raises."""
        answer: Future[Any] = Future()
        self.client.protocol._request_futures[message["id"]] = answer
        self.send_raw(message)
        return await asyncio.wait_for(asyncio.wrap_future(answer), PATIENCE)

    async def hints(self, uri: str, lines: tuple[int, int] = (0, 1_000_000)) -> list[types.InlayHint]:
        span = types.Range(types.Position(lines[0], 0), types.Position(lines[1], 0))
        answer = await self.client.text_document_inlay_hint_async(
            types.InlayHintParams(types.TextDocumentIdentifier(uri), span)
        )
        return list(answer or [])

    async def hinted(self, uri: str, count: int = 1) -> list[types.InlayHint]:
        """Wait for at least this many hints."""

        async def enough() -> list[types.InlayHint]:
            found = await self.hints(uri)
            return found if len(found) >= count else []

        found: list[types.InlayHint] = await self.until(enough, f"{count} hints")
        return found

    async def hover(self, uri: str, line: int, character: int) -> types.Hover | None:
        return await self.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
        )

    async def hover_text(self, uri: str, line: int, character: int) -> str:
        hover = await self.hover(uri, line, character)
        if hover is None:
            return ""
        assert isinstance(hover.contents, types.MarkupContent)
        return hover.contents.value

    async def text(self, uri: str) -> str | None:
        """The server's copy."""
        answer = await self.client.protocol.send_request_async("pricetag/debugText", {"uri": uri})
        return answer.text if answer is not None else None

    async def warnings(self, uri: str) -> list[types.Diagnostic]:
        """What the editor shows: pulled if the server offers that, else as last published."""
        if self.result.capabilities.diagnostic_provider is not None:
            return await self.pull(uri)
        return list(self.client.diagnostics.get(uri, []))

    async def warned(self, uri: str, *codes: str) -> list[types.Diagnostic]:
        """Wait until these rules, and no others, warn."""

        async def there() -> list[types.Diagnostic] | None:
            found = await self.warnings(uri)
            return [*found, None] if sorted(str(one.code) for one in found) == sorted(codes) else None

        found = await self.until(there, f"warnings {codes}")
        return list(found[:-1])

    def written(self, name: str, text: str | None) -> None:
        """Write a file of the workspace, or delete it or a folder, and tell the server as an editor that watches files."""
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_text(text, newline="")
        elif path.is_dir():
            shutil.rmtree(path)  # the editor says nothing of the files within
        else:
            path.unlink()
        if any(path.match(pattern) for pattern in self.watched):
            event = types.FileEvent(path.as_uri(), types.FileChangeType.Changed)
            self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    async def fixes(self, uri: str, line: int, character: int) -> list[types.CodeAction]:
        """The quick fixes at a place, their edits not made yet."""
        at = types.Position(line, character)
        answer = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                types.Range(at, at),
                types.CodeActionContext(await self.warnings(uri), only=[types.CodeActionKind.QuickFix]),
            )
        )
        return [action for action in answer or () if isinstance(action, types.CodeAction)]

    async def pull(self, uri: str) -> list[types.Diagnostic]:
        report = await self.client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        )
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return list(report.items)

    @property
    def messages(self) -> list[str]:
        """Everything that popped up at the user."""
        return [message.message for message in self.client.messages]

    @property
    def logs(self) -> str:
        return "\n".join(message.message for message in self.client.log_messages)


def label(hint: types.InlayHint) -> str:
    """A hint as the user reads it."""
    return hint.label if isinstance(hint.label, str) else "".join(part.value for part in hint.label)


def tooltip(hint: types.InlayHint) -> types.MarkupContent | None:
    """The tooltip of a hint, or of its label's one part."""
    found = hint.tooltip if isinstance(hint.label, str) else hint.label[0].tooltip
    assert found is None or isinstance(found, types.MarkupContent)
    return found


EditorFactory = Callable[..., AbstractAsyncContextManager[Editor]]


def capabilities(name: str) -> types.ClientCapabilities:
    raw = json.loads((HERE / "clients" / f"{name}.json").read_text())
    return converters.get_converter().structure(raw, types.ClientCapabilities)


def listen(client: LanguageClient, session: Editor) -> None:
    @client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)
    def refresh(params: None) -> None:
        session.refreshes += 1

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams) -> None:
        session.registrations += [registration.method for registration in params.registrations]
        for registration in params.registrations:
            watchers = (registration.register_options or {}).get("watchers", [])
            session.watched += [watcher["globPattern"] for watcher in watchers]

    @client.feature("pricetag/status")
    def status(params: Any) -> None:
        session.statuses.append(params._asdict())

    del client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def publish(params: types.PublishDiagnosticsParams) -> None:
        session.published.append(params)
        client.diagnostics[params.uri] = params.diagnostics
