"""C++ definitions: what is found, what is read off them, and their canonical text."""

from __future__ import annotations

import pytest

from pricetag.syntax import Function, Language, Parameter, parse_functions


def functions(text: str) -> dict[str, Function]:
    return {function.qualified_name: function for function in parse_functions(text, Language.CPP)}


@pytest.mark.parametrize(
    ("text", "name", "owner"),
    [
        ("int f() { return 1; }", "f", ""),
        ("struct S { int m() const { return 1; } };", "S::m", "S"),
        ("class A { struct B { void m() {} }; };", "A::B::m", "A::B"),
        ("union U { int m() { return 1; } };", "U::m", "U"),
        ("namespace a::b { namespace { int f() { return 1; } } }", "a::b::f", ""),
        ("void n::S::f() {}", "n::S::f", "n::S"),
        ("namespace n { void S::f() {} }", "n::S::f", "n::S"),
        ("template <class T> void S<T>::f() {}", "S::f", "S"),
        ("template <class T> T f(T a) { return a; }", "f", ""),
        ("template <> int f<int>(int a) { return a; }", "f", ""),
        ("template <> struct H<int> { int m() { return 1; } };", "H::m", "H"),
        ("struct S { S(int x) : x_(x), y{1} {} int x_; };", "S::S", "S"),
        ("struct S { ~S() noexcept { } };", "S::~S", "S"),
        ("S::~S() { }", "S::~S", "S"),
        ("struct S { int operator()(int x) const { return x; } };", "S::operator()", "S"),
        ("struct S { int operator [] (int x) { return x; } };", "S::operator[]", "S"),
        ("S operator + (S a, S b) { return a; }", "operator+", ""),
        ("struct S { operator bool() const { return 1; } };", "S::operator bool", "S"),
        ("S::operator const char*() const { return 0; }", "S::operator const char*", "S"),
        ("struct S { friend S operator-(S a) { return a; } };", "operator-", ""),
        ("S::S(int x) try : a(x) { } catch (...) { }", "S::S", "S"),
        ("int f() try { return 1; } catch (int e) { return 2; }", "f", ""),
        ('extern "C" int f(void) { return 1; }', "f", ""),
        ('extern "C" { int f(void) { return 1; } }', "f", ""),
        ("#ifndef A_H\n#define A_H\nint f() { return 1; }\n#endif", "f", ""),
        ("int **f(int n) { return 0; }", "f", ""),
        ("auto f() -> int { return 1; }", "f", ""),
    ],
)
def test_one_definition(text: str, name: str, owner: str) -> None:
    (function,) = parse_functions(text, Language.CPP)
    assert (function.qualified_name, function.owner, function.error) == (name, owner, "")


@pytest.mark.parametrize(
    "text",
    [
        "int f(int);",
        "struct S { void m(); S() = default; S(const S&) = delete; };",
        "auto f = [](int x) { return x; };",
        "namespace n { }",
        "int x = f();",
        "#define F int f() { return 1; }\n",
        "// int f() { return 1; }",
        "",
    ],
)
def test_no_definition(text: str) -> None:
    assert parse_functions(text, Language.CPP) == ()


@pytest.mark.parametrize(
    ("header", "parameters", "returns"),
    [
        ("void f()", (), "void"),
        ("void f(void)", (), "void"),
        (
            "const std::vector<int> & f(const std::vector< int >&v, int *p, int a[ ], size_t n=10)",
            (
                Parameter("v", "const std::vector<int>&"),
                Parameter("p", "int*"),
                Parameter("a", "int[]"),
                Parameter("n", "size_t", "10"),
            ),
            "const std::vector<int>&",
        ),
        ("auto f(int (*g)(int), int (&r)[3]) -> std::string", (Parameter("g", "int (*)(int)"), Parameter("r", "int (&)[3]")), "std::string"),
        ("template <class... A> void f(A&&... args)", (Parameter("args", "A&&", "", "..."),), "void"),
        ("int f(const char*, ...)", (Parameter("", "const char*"), Parameter("", "", "", "...")), "int"),
    ],
)  # fmt: skip
def test_parameters(header: str, parameters: tuple[Parameter, ...], returns: str) -> None:
    (function,) = parse_functions(header + " { }", Language.CPP)
    assert (function.parameters, function.returns) == (parameters, returns)


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("int f( int a )  // why\n{ return 1; }", "int f( int a )"),
        ("struct S { S() : a(1), b{2} { } };", "struct S { S() : a(1), b{2}"),
        ("auto f() -> int\n{ return 1; }", "auto f() -> int"),
        ("int f() const noexcept { return 1; }", "int f() const noexcept"),
        ("S::S() try : a(1) { } catch (...) { }", "S::S() try : a(1)"),
    ],
)
def test_signature_ends_before_the_brace(text: str, signature: str) -> None:
    (function,) = parse_functions(text, Language.CPP)
    assert text[: function.signature_end] == signature


def test_offsets_are_bytes_of_the_file() -> None:
    text = "// é\ntemplate <class T>\nT twice(T a) { return a + a; }\n"
    (function,) = parse_functions(text, Language.CPP)
    data = text.encode()
    assert data[function.start : function.end].decode() == function.source
    assert function.source.startswith("template <class T>")
    assert data[function.name_start : function.name_end] == b"twice"
    (special,) = parse_functions("template <> int f<int>(int a) { return a; }", Language.CPP)
    assert special.source[special.name_start : special.name_end] == "f"


def test_calls() -> None:
    text = "void f() { g<int>(1); std::sort(v.begin(), p->end()); this->m(); new Node(1); h()(2); static_cast<int>(x); }"
    assert functions(text)["f"].calls == ("g", "std::sort", "v.begin", "p->end", "this->m", "new Node", "h")


def test_documentation_stands_above() -> None:
    text = "int x;\n/**\n * Adds.\n * @param a one\n */\nint f(int a) { return a; }\n\n// Not this.\n\n/// This.\n// > g()\nint g() { return 1; }\n"
    assert {name: f.docstring for name, f in functions(text).items()} == {
        "f": "Adds.\n@param a one",
        "g": "This.\n> g()",
    }


CANONICAL = [
    ("int f( ){return 1 ;}", "int f() {\n\treturn 1;\n}"),
    ("void f(){}", "void f() {}"),
    ("void f() { /* a */ g ( a,b ) ; // c\n }", "void f() {\n\tg(a, b);\n}"),
    ("template< typename T > T f(T const &a) { return a; }", "template<typename T>\nT f(T const& a) {\n\treturn a;\n}"),
    ("struct S { S(int x):x_(x),y{1}{} };", "S(int x) : x_(x), y{1} {}"),
    ("void f() { for(int i=0;i<n;++i)x+=i; }", "void f() {\n\tfor (int i = 0; i < n; ++i) x += i;\n}"),
    ("void f() { for(auto&x:xs){g(x);} }", "void f() {\n\tfor (auto& x : xs) {\n\t\tg(x);\n\t}\n}"),
    ("void f() { if(a){b();}else if(c)d();else{e();} }",
     "void f() {\n\tif (a) {\n\t\tb();\n\t} else if (c) d();\n\telse {\n\t\te();\n\t}\n}"),
    ("void f() { do{i++;}while(i<3); }", "void f() {\n\tdo {\n\t\ti++;\n\t} while (i < 3);\n}"),
    ("void f() { while(true)if(x)break; }", "void f() {\n\twhile (true) if (x) break;\n}"),
    ("void f() { switch(x){case 1:break;default:y();} }",
     "void f() {\n\tswitch (x) {\n\t\tcase 1: break;\n\t\tdefault: y();\n\t}\n}"),
    ("void f() { try{a();}catch(const E&e){b();} }", "void f() {\n\ttry {\n\t\ta();\n\t} catch (const E& e) {\n\t\tb();\n\t}\n}"),
    ("void f() { auto l=[&,x](int a)mutable->int{return a;}; }",
     "void f() {\n\tauto l = [&, x](int a) mutable -> int {\n\t\treturn a;\n\t};\n}"),
    ("void f() { sort(v.begin( ),v.end( ),[ ](int a,int b){return a<b;}); }",
     "void f() {\n\tsort(v.begin(), v.end(), [](int a, int b) {\n\t\treturn a < b;\n\t});\n}"),
    ("void f() { vector<vector<int> >v{ {1,2,} , {3} }; }", "void f() {\n\tvector<vector<int>> v{{1, 2}, {3}};\n}"),
    ("void f() { int *p=&x,**q=nullptr; p->a.b=*p; }", "void f() {\n\tint* p = &x, **q = nullptr;\n\tp->a.b = *p;\n}"),
    ("void f() { int a [3]={1,2,3}; a [0]=-a [1]; }", "void f() {\n\tint a[3] = {1, 2, 3};\n\ta[0] = -a[1];\n}"),
    ("void f() { x=a?b:c; y=! z&&~w; i++; --j; }", "void f() {\n\tx = a ? b : c;\n\ty = !z && ~w;\n\ti++;\n\t--j;\n}"),
    ("void f() { (void)x; int y=(int) 3.5; }", "void f() {\n\t(void)x;\n\tint y = (int)3.5;\n}"),
    ('void f() { s="a"  "b\\n"; t=R"(x  y)"; c=\' \'; }', "void f() {\n\ts = \"ab\\n\";\n\tt = R\"(x  y)\";\n\tc = ' ';\n}"),
    ("void f() { delete [ ] p; delete q; new int [3]; }", "void f() {\n\tdelete[] p;\n\tdelete q;\n\tnew int[3];\n}"),
    ("void f() { return{1,2}; }", "void f() {\n\treturn {1, 2};\n}"),
    ("void f() { ::g(std :: move(x)); a<b>::c(); }", "void f() {\n\t::g(std::move(x));\n\ta<b>::c();\n}"),
    ("void f() { struct P{int x;public:int y( ){return x;}}p; }",
     "void f() {\n\tstruct P {\n\t\tint x;\n\t\tpublic:\n\t\tint y() {\n\t\t\treturn x;\n\t\t}\n\t} p;\n}"),
    ("void f() {\n#ifdef A // c\n  a();\n#else\n b();\n#endif\n}", "void f() {\n\t#ifdef A\n\ta();\n\t#else\n\tb();\n\t#endif\n}"),
    ("void f() {\n#define X(a) \\\n   g(a)\n X(1); }", "void f() {\n\t#define X(a) g(a)\n\tX(1);\n}"),
    ("template<class...T> void f(T&&...a) { g(std::forward<T>(a)...); return sizeof...(T); }",
     "template<class... T>\nvoid f(T&&... a) {\n\tg(std::forward<T>(a)...);\n\treturn sizeof...(T);\n}"),
    ("void f() { x+=1; goto e; e:; }", "void f() {\n\tx += 1;\n\tgoto e;\n\te:;\n}"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CANONICAL)
def test_canonical(text: str, expected: str) -> None:
    function = parse_functions(text, Language.CPP)[0]
    assert not function.error
    assert function.canonical == expected


@pytest.mark.parametrize("text", [expected for _, expected in CANONICAL])
def test_canonical_text_is_its_own_canonical_text(text: str) -> None:
    assert parse_functions(text, Language.CPP)[0].canonical == text


def test_canonical_text_keeps_what_counts() -> None:
    bodies = [
        "return 1;",
        "return 2;",
        "return a;",
        "return -a;",
        'return "a b";',
        'return "ab";',
        "if (a) { b(); }",
    ]
    assert len({functions(f"int f() {{ {body} }}")["f"].canonical for body in bodies}) == len(bodies)


def test_broken_code_keeps_the_functions_that_are_whole() -> None:
    found = functions(
        "int before(int a) { return a; }\nvoid broken() { for (; }\ntemplate <class T>\nT after(T a) {\n  return a;\n}\n"
    )
    assert {name for name, function in found.items() if not function.error} == {"before", "after"}
    assert found["after"].canonical == "template<class T>\nT after(T a) {\n\treturn a;\n}"
