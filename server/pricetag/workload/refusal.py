"""What W(n) cannot stand for: functions that do more than compute on their inputs."""

from __future__ import annotations

import re

from pricetag.syntax.function import Function, Language

NETWORK = "uses the network"
FILES = "reads or writes files"
SLEEP = "sleeps"
INPUT = "waits for input"
PROCESS = "starts processes"
GPU = "uses a GPU"
THREADS = "starts threads"
TASKS = "waits for other tasks"

# Dotted names of calls: "x" is that name alone, "x.*" anything below it, ".x" any method of that name.
_PYTHON: dict[str, str] = {
    NETWORK: "requests.* urllib.* urllib2.* urllib3.* urlopen urlretrieve socket.* http.* httpx.* aiohttp.* websockets.* "
    "smtplib.* ftplib.* imaplib.* poplib.* telnetlib.* paramiko.* boto3.* grpc.* xmlrpc.* ssl.* .urlopen .sendall .recv",
    FILES: "open io.open codecs.open os.open os.fdopen os.remove os.unlink os.rename os.replace os.mkdir os.makedirs "
    "os.rmdir os.removedirs os.listdir os.scandir os.walk os.stat os.lstat os.chmod os.link os.symlink os.utime "
    "os.path.exists os.path.isfile os.path.isdir os.path.getsize os.path.getmtime os.read os.write gzip.open bz2.open "
    "lzma.open zipfile.* tarfile.* shutil.* glob.* tempfile.* mmap.* sqlite3.* pickle.load pickle.dump json.load "
    "json.dump marshal.load marshal.dump fileinput.* np.load np.save np.savez np.loadtxt np.savetxt np.genfromtxt "
    "np.fromfile numpy.load numpy.save numpy.loadtxt numpy.savetxt pd.read_csv pd.read_excel pd.read_json pd.read_parquet "
    "pd.read_sql pandas.read_csv pandas.read_json pandas.read_excel torch.load torch.save yaml.load yaml.safe_load "
    ".read_text .write_text .read_bytes .write_bytes .iterdir .rglob .unlink .mkdir .is_file .to_csv .to_parquet "
    ".to_excel .readlines .tofile",
    SLEEP: "time.sleep sleep asyncio.sleep gevent.sleep trio.sleep anyio.sleep",
    INPUT: "input raw_input getpass.* getpass click.prompt click.confirm sys.stdin.* select.* signal.pause",
    PROCESS: "subprocess.* os.system os.popen os.fork os.kill os.wait os.waitpid os.execv os.execve os.execvp os.spawnl "
    "os.spawnv os.posix_spawn pty.* Popen check_output check_call multiprocessing.* ProcessPoolExecutor",
    GPU: "torch.cuda.* cupy.* cp.cuda.* cuda.* numba.cuda.* triton.* jax.* .cuda",
    THREADS: "threading.* _thread.* concurrent.futures.* concurrent.* ThreadPoolExecutor Thread Timer futures.*",
    TASKS: "asyncio.* trio.* anyio.*",
}
_CPP: dict[str, str] = {
    NETWORK: "socket connect send recv sendto recvfrom accept listen getaddrinfo gethostbyname curl_easy_perform "
    "curl_easy_init boost::asio.* asio.*",
    FILES: "fopen freopen fclose fread fwrite fgets fputs fprintf fscanf open read write close mmap unlink remove rename "
    "opendir readdir mkdir std::filesystem.* fs.* filesystem.* std::getline_file std::ifstream std::ofstream "
    "std::fstream ifstream ofstream fstream std::remove_file",
    SLEEP: "sleep usleep nanosleep std::this_thread.* this_thread.* Sleep",
    INPUT: "scanf getchar gets fgetc getch std::cin.* cin.* select poll epoll_wait",
    PROCESS: "system popen fork vfork execl execv execvp execve waitpid wait posix_spawn std::system kill",
    GPU: "cudaMalloc cudaMemcpy cudaFree cudaLaunchKernel cudaDeviceSynchronize cudaMallocManaged hipMalloc hipMemcpy "
    "clEnqueueNDRangeKernel clCreateBuffer",
    THREADS: "std::thread std::jthread std::async pthread_create thrd_create thread jthread async std::barrier",
}
# What no call shows: stream objects, kernel launches, `await`.
_CPP_TEXT = (
    (INPUT, re.compile(r"\bcin\b\s*(>>|,|\))")),
    (FILES, re.compile(r"\b(?:std\s*::\s*)?[iow]?fstream\b")),
    (THREADS, re.compile(r"\bstd\s*::\s*j?thread\b|#pragma\s+omp\b|\bco_await\b")),
    (GPU, re.compile(r"<<<|\b__global__\b")),
)
_PYTHON_TEXT = (
    (INPUT, re.compile(r"\bsys\.stdin\b")),
    (TASKS, re.compile(r"\bawait\b|\basync\s+(for|with)\b")),
)
# Calls of these names are too common as a project's own to mean the system's.
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")


def refusal(function: Function) -> str:
    """Why ``function`` gets no forecast ("reads or writes files"), or "".

    Told by the names it calls and, for streams and ``await``, by its text. An ``async def`` that awaits nothing is
    forecast like any other.
    """
    cpp = function.language is Language.CPP
    table = _CPP_RULES if cpp else _PYTHON_RULES
    for call in function.calls:
        reason = _reason(call.replace("->", ".").replace(" ", ""), table)
        if reason:
            return reason
    text = _STRING.sub('""', function.canonical)
    for reason, pattern in _CPP_TEXT if cpp else _PYTHON_TEXT:
        if pattern.search(text):
            return reason
    return ""


_Rules = tuple[dict[str, str], dict[str, str], dict[str, str]]


def _rules(table: dict[str, str]) -> _Rules:
    whole: dict[str, str] = {}
    below: dict[str, str] = {}
    method: dict[str, str] = {}
    for reason, names in table.items():
        for name in names.split():
            if name.endswith(".*"):
                below.setdefault(name[:-2], reason)
            elif name.startswith("."):
                method.setdefault(name[1:], reason)
            else:
                whole.setdefault(name, reason)
    return whole, below, method


_PYTHON_RULES, _CPP_RULES = _rules(_PYTHON), _rules(_CPP)
_PURE = {
    "urllib.parse", "http.HTTPStatus", "concurrent.futures.wait", "os.path.join", "asyncio.iscoroutinefunction",
    "cuda.is_available", "torch.cuda.is_available",
}  # fmt: skip


def _reason(call: str, rules: _Rules) -> str:
    whole, below, method = rules
    if any(call == pure or call.startswith(pure + ".") for pure in _PURE):
        return ""
    if call.startswith("::"):
        call = call[2:]
    if call in whole:
        return whole[call]
    parts = re.split(r"\.|::", call)
    separators = re.findall(r"\.|::", call)
    prefix = parts[0]
    for i, part in enumerate(parts[1:]):
        if prefix in below:
            return below[prefix]
        prefix += separators[i] + part
    return method.get(parts[-1], "") if len(parts) > 1 else ""
