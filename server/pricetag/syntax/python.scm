; What encloses what in a Python file: definitions and the scopes that name them.
(decorated_definition) @header
(function_definition) @function
(class_definition) @class
