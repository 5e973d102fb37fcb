; What encloses what in a C++ file: definitions with a body and the scopes that name them.
; A function-try-block has no body field. `= default` and `= delete` have neither, and prototypes are declarations.
(template_declaration) @header
(friend_declaration) @friend
(function_definition declarator: (_) body: (compound_statement)) @function
(function_definition declarator: (_) (try_statement)) @function
(class_specifier name: (_) body: (_)) @class
(struct_specifier name: (_) body: (_)) @class
(union_specifier name: (_) body: (_)) @class
(namespace_definition) @namespace
