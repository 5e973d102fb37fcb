"""Functions that W(n) cannot stand for."""

from __future__ import annotations

import pytest

from pricetag.syntax import Language, parse_functions
from pricetag.workload import refusal


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return sorted(xs)", ""),
        ("return requests.get(url)", "uses the network"),
        ("return urllib.request.urlopen(url)", "uses the network"),
        ("return urllib.parse.quote(url)", ""),
        ("with open(path) as f: return f.read()", "reads or writes files"),
        ("return path.read_text()", "reads or writes files"),
        ("return json.load(f)", "reads or writes files"),
        ("return json.loads(s)", ""),
        ("return os.path.join(a, b)", ""),
        ("return os.listdir(a)", "reads or writes files"),
        ("self.open(3)", ""),
        ("time.sleep(1)", "sleeps"),
        ("return input()", "waits for input"),
        ("for line in sys.stdin: pass", "waits for input"),
        ("return sys.stdin.readline()", "waits for input"),
        ("subprocess.run(['ls'])", "starts processes"),
        ("os.system('ls')", "starts processes"),
        ("threading.Thread(target=f).start()", "starts threads"),
        ("x = torch.cuda.current_device()", "uses a GPU"),
        ("return model.cuda()", "uses a GPU"),
        ("return 'time.sleep(1) await sys.stdin'", ""),
        ("print(xs)", ""),
        ("xs.sort(); heapq.heapify(xs)", ""),
    ],
)
def test_python(body: str, expected: str) -> None:
    assert refusal(parse_functions(f"def f(xs):\n    {body}\n", Language.PYTHON)[0]) == expected


def test_async() -> None:
    waiting, computing = parse_functions(
        "async def f(x):\n    return await x\n\nasync def g(x):\n    return x + 1\n", Language.PYTHON
    )
    assert refusal(waiting) == "waits for other tasks"
    assert refusal(computing) == ""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("std::sort(v.begin(), v.end());", ""),
        ("int n; std::cin >> n;", "waits for input"),
        ('scanf("%d", &n);', "waits for input"),
        ('std::ifstream in("x");', "reads or writes files"),
        ('FILE* f = fopen("x", "r");', "reads or writes files"),
        ("std::this_thread::sleep_for(t);", "sleeps"),
        ("std::thread t(f); t.join();", "starts threads"),
        ("auto r = std::async(f);", "starts threads"),
        ("kernel<<<1, 2>>>(p);", "uses a GPU"),
        ("int s = socket(1, 2, 3);", "uses the network"),
        ("if (fork() == 0) {}", "starts processes"),
        ('std::cout << "std::cin >> x";', ""),
        ("std::ostringstream out; out << 3;", ""),
    ],
)
def test_cpp(body: str, expected: str) -> None:
    assert refusal(parse_functions(f"void f(int n) {{ {body} }}", Language.CPP)[0]) == expected
