// Measures the functions of one program: peak live heap bytes, stack high-water mark, CPU time of one call.
//
//   driver FIRST COUNT SIZES TIME_LIMIT MEMORY_LIMIT BUDGET SEED      (SIZES: comma separated, increasing)
//
// Every (function, n) runs in a child process of its own, which writes into a shared page; a crash, a hang or an
// abort there costs that label only. A function's sizes end at the first that fails or passes a limit.
//
// Time is taken in rounds, seconds apart, so that what else runs on the machine meets the rounds of one label
// differently: a child rests (stopped) while the other functions have their turn. The quickest call counts, divided by
// what a reference loop says of the machine. One JSON object per (function, n) and round on standard output; the last counts.
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <algorithm>
#include <exception>
#include <limits>
#include <new>
#include <vector>

#include <fcntl.h>
#include <malloc.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "reference.hpp"
#include "subject.hpp"

extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);
}

namespace {

enum State : int { RUNNING, DONE, OVER_MEMORY, OVER_RUNTIME, STACK_OVERFLOW, EXCEPTION, BUILD_FAILED };

struct Result {
  volatile int state;
  volatile bool inputs_built;
  bool traced;  // the call under measurement returned
  long heap, stack;
  double runtime, spread;  // seconds on the reference machine
  double slowdown;         // of this machine in the round that counts
  int repeats;
  long held;       // bytes that the child keeps while it rests
  long allowance;  // where it would keep more, it does all rounds at once
  char what[64];
};

Result *shared = nullptr;

// ---- the allocator: live bytes and their peak ------------------------------------------------------------------

long live = 0, peak = 0, ceiling = 0;  // ceiling 0: no limit yet

inline void grew(void *block) {
  if (block == nullptr) return;
  live += static_cast<long>(malloc_usable_size(block));
  if (live > peak) {
    peak = live;
    if (ceiling != 0 && peak > ceiling) {
      shared->state = OVER_MEMORY;
      _exit(0);
    }
  }
}

inline bool refuses(size_t size) {  // before the kernel is asked: an absurd request is over the limit by itself
  if (ceiling != 0 && size > static_cast<size_t>(ceiling)) {
    shared->state = size > (size_t{1} << 46) ? EXCEPTION : OVER_MEMORY;
    if (shared->state == EXCEPTION) std::snprintf(shared->what, sizeof shared->what, "bad_alloc");
    _exit(0);
  }
  return false;
}

inline void shrank(void *block) {
  if (block != nullptr) live -= static_cast<long>(malloc_usable_size(block));
}

}  // namespace

extern "C" {
void *malloc(size_t size) {
  refuses(size);
  void *block = __libc_malloc(size);
  grew(block);
  return block;
}
void *calloc(size_t count, size_t size) {
  size_t total = 0;
  if (__builtin_mul_overflow(count, size, &total)) return nullptr;
  refuses(total);
  void *block = __libc_calloc(count, size);
  grew(block);
  return block;
}
void *realloc(void *old, size_t size) {
  refuses(size);
  const long before = old == nullptr ? 0 : static_cast<long>(malloc_usable_size(old));
  void *block = __libc_realloc(old, size);
  if (block != nullptr || size == 0) live -= before;
  grew(block);
  return block;
}
void free(void *block) {
  shrank(block);
  __libc_free(block);
}
void *memalign(size_t alignment, size_t size) {
  refuses(size);
  void *block = __libc_memalign(alignment, size);
  grew(block);
  return block;
}
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size) {
  void *block = memalign(alignment, size);
  if (block == nullptr) return ENOMEM;
  *out = block;
  return 0;
}
}

namespace {

// ---- the stack: a large one of our own, painted, then read back ------------------------------------------------

constexpr std::size_t PAGE = 4096;
constexpr std::size_t PAINTED = 256 << 10;  // exact to 8 bytes this deep, to a page beyond
constexpr std::uint64_t PAINT = 0xA5C3'96E1'5A3C'691Eull;

char *stack_low = nullptr;
std::size_t stack_size = 0;

bool make_stack(std::size_t size) {
  stack_size = size;
  void *area = mmap(nullptr, size + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (area == MAP_FAILED) return false;
  stack_low = static_cast<char *>(area) + PAGE;  // the page below stays a guard
  if (mprotect(stack_low, size, PROT_READ | PROT_WRITE) != 0) return false;
  madvise(stack_low, size, MADV_NOHUGEPAGE);
  auto *word = reinterpret_cast<std::uint64_t *>(stack_low + size - PAINTED);
  std::fill(word, word + PAINTED / sizeof *word, PAINT);
  return true;
}

long stack_depth(const char *from) {  // bytes between `from` and the deepest word ever written
  const std::size_t pages = (stack_size - PAINTED) / PAGE;
  auto *resident = static_cast<unsigned char *>(
      mmap(nullptr, pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (resident != MAP_FAILED && mincore(stack_low, pages * PAGE, resident) == 0) {
    for (std::size_t page = 0; page < pages; ++page) {
      if ((resident[page] & 1) == 0) continue;
      auto *word = reinterpret_cast<const std::uint64_t *>(stack_low + page * PAGE);
      auto *end = word + PAGE / sizeof *word;
      auto *used = std::find_if(word, end, [](std::uint64_t w) { return w != 0; });
      return from - reinterpret_cast<const char *>(used == end ? word : used);
    }
  }
  auto *word = reinterpret_cast<const std::uint64_t *>(stack_low + stack_size - PAINTED);
  auto *end = word + PAINTED / sizeof *word;
  auto *used = std::find_if(word, end, [](std::uint64_t w) { return w != PAINT; });
  return std::max(0l, static_cast<long>(from - reinterpret_cast<const char *>(used)));
}

// ---- time ------------------------------------------------------------------------------------------------------

constexpr int ROUNDS = 3;

// In the middle of a call that is timed once the same is asked every other millisecond, from a timer's signal.
double tick_cost = 0, tick_sum = 0;  // CPU seconds spent there; slowdowns added up
int tick_count = 0;

void on_tick(int) {
  const int error = errno;
  const double start = cpu_seconds();
  tick_sum += slowdown();
  ++tick_count;
  tick_cost += cpu_seconds() - start;
  errno = error;
}

void tick(bool on) {
  itimerval timer{};
  if (on) {
    tick_cost = tick_sum = 0;
    tick_count = 0;
    timer.it_interval.tv_usec = timer.it_value.tv_usec = 2000;
  }
  setitimer(ITIMER_REAL, &timer, nullptr);
}

void arm(double seconds) {
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(seconds);
  timer.it_value.tv_usec = static_cast<suseconds_t>((seconds - static_cast<double>(timer.it_value.tv_sec)) * 1e6);
  setitimer(ITIMER_PROF, &timer, nullptr);
}

// ---- one (function, n) in a child ------------------------------------------------------------------------------

struct Plan {
  const PricetagSubject *subject;
  long n;
  double time_limit;
  double budget;  // CPU seconds to spend on repeating short calls
  long memory_limit;
  unsigned long seed;
};

Plan plan;
ucontext_t outside, inside;
void *inputs = nullptr;
const char *called_from = nullptr;
long level_at_call = 0;
long near_depth = 0;  // stack bytes of the call, where they are at most NEAR

void *again() { return plan.subject->clone ? plan.subject->clone(inputs) : plan.subject->build(plan.n, plan.seed); }

// What the driver does before and after the call reaches deeper into the stack than a small function: this much below
// the call is painted just before it and read right after.
constexpr long NEAR = 4096;

__attribute__((noinline)) void call_once(void *arguments) {
#if defined(__x86_64__)
  asm volatile("mov %%rsp, %0" : "=r"(called_from));
#elif defined(__aarch64__)
  asm volatile("mov %0, sp" : "=r"(called_from));
#else
  called_from = static_cast<const char *>(__builtin_frame_address(0));
#endif
  auto *const top = reinterpret_cast<volatile std::uint64_t *>(const_cast<char *>(called_from));
  constexpr long WORDS_NEAR = NEAR / static_cast<long>(sizeof *top);
  for (long word = 1; word <= WORDS_NEAR; ++word) top[-word] = PAINT;
  plan.subject->call(arguments);
  long word = WORDS_NEAR;
  while (word > 0 && top[-word] == PAINT) --word;
  near_depth = word * static_cast<long>(sizeof *top);
}

// Stack bytes that the measured call used: its own and its callees' frames, with the call's return address.
long depth_of_call() {
  const long ever = stack_depth(called_from);
  return ever > NEAR ? ever : near_depth;
}

double timed(const std::vector<void *> &sets, long calls, double overhead) {  // seconds of one call; one set: used for all
  void (*const call)(void *) = plan.subject->call;
  const bool shared_set = sets.size() == 1;
  const double start = cpu_seconds();
  for (long i = 0; i < calls; ++i) call(shared_set ? sets[0] : sets[static_cast<std::size_t>(i)]);
  return std::max(1e-10, (cpu_seconds() - start - overhead) / static_cast<double>(calls));
}

double first_call = 0;  // as it was, not on the reference machine
double first_slowdown = 1;
constexpr double LONG = 0.3, LONGEST = 1;  // seconds: a long call is timed once more, a longer one is not

// The repeated, timed calls of one label.
class Repeats {
 public:
  explicit Repeats(double first) {
    for (int i = 0; i < 32; ++i) {
      const double start = cpu_seconds();
      overhead_ = std::min(overhead_, cpu_seconds() - start);
    }
    // Inputs that the first call left alone are used again; else every call gets a copy of its own.
    void *spare = plan.subject->build(plan.n, plan.seed);
    untouched_ = plan.subject->same != nullptr && plan.subject->same(spare, inputs);
    if (!untouched_) inputs = spare;  // `inputs` is the pristine one from here on
    most_ = untouched_ ? 100'000 : std::max(1l, std::min(500l, 200'000 / std::max(1l, plan.n)));
    calls_ = std::clamp(static_cast<long>(REGION / first), 1l, most_);
    for (int turn = 0; turn < 20; ++turn) {  // until a sample is long enough to trust
      if (first > 20 * REGION) break;  // even where the first call was mostly page faults
      const double seconds = sample();
      if (seconds * static_cast<double>(calls_) >= REGION / 2 || calls_ >= most_) break;
      calls_ = std::min(most_, std::max(2 * calls_, static_cast<long>(REGION / seconds)));
    }
  }

  // Samples until some met a quiet machine, within the budget. The quickest of all rounds counts: what disturbs a
  // call only ever adds to it.
  void round() {
    const double began = cpu_seconds();
    const double budget = (first_call > SLOW ? SLOW_SHARE : 1) * plan.budget / ROUNDS;
    int quiet = 0;
    for (int taken = 0; taken < 12 && quiet < 3; ++taken) {
      const bool spent = cpu_seconds() - began > budget;
      if (taken > 0 && spent && (taken > 1 || times_.back() > 0.05)) break;  // two at least of what is not long
      const double before = slowdown();
      times_.push_back(sample());
      const double after = slowdown();
      slowdown_ = std::min({slowdown_, before, after});
      quiet += before < QUIET && after < QUIET;
    }
    std::vector<double> sorted = times_;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t last = sorted.size() - 1;
    const auto at = [&](double q) { return sorted[static_cast<std::size_t>(q * static_cast<double>(last) + 0.5)]; };
    shared->runtime = sorted.front() / slowdown_;
    if (first_call > LONG) shared->runtime = std::min(shared->runtime, first_call / first_slowdown);
    shared->slowdown = slowdown_;
    shared->repeats = static_cast<int>(sorted.size());
    shared->spread = (at(0.9) - at(0.1)) / at(0.5);
  }

 private:
  static constexpr double REGION = 50e-6;  // CPU seconds that one sample takes at least, of as many calls as that needs
  static constexpr double QUIET = 1.08;    // a slowdown below this is none
  static constexpr double SLOW = 0.5e-3, SLOW_SHARE = 12;  // seconds; few calls are: they get more of the budget

  double sample() {
    std::vector<void *> sets;
    if (untouched_) {
      sets.push_back(inputs);
    } else {
      for (long i = 0; i < calls_; ++i) sets.push_back(again());
      if (calls_ == 1) sets.push_back(nullptr);
    }
    const double seconds = timed(sets, calls_, overhead_);
    if (!untouched_) {
      for (void *set : sets) {
        if (set != nullptr) plan.subject->destroy(set);
      }
    }
    return seconds;
  }

  double overhead_ = 1;
  bool untouched_ = false;
  long most_ = 1, calls_ = 1;
  std::vector<double> times_;
  double slowdown_ = std::numeric_limits<double>::max();  // at the quietest moment
};

void measure() {
  try {
    const double before = slowdown();
    tick(true);
    level_at_call = peak = live;
    ceiling = live + plan.memory_limit;
    arm(plan.time_limit);
    const double start = cpu_seconds();
    call_once(inputs);
    first_call = cpu_seconds() - start - tick_cost;
    tick(false);
    arm(0);
    ceiling = 0;
    shared->heap = peak - level_at_call;
    first_slowdown = (before + slowdown() + tick_sum) / (2 + tick_count);
  } catch (const std::exception &error) {
    shared->state = EXCEPTION;
    std::snprintf(shared->what, sizeof shared->what, "%s", typeid(error).name());
    _exit(0);
  } catch (...) {
    shared->state = EXCEPTION;
    std::snprintf(shared->what, sizeof shared->what, "unknown");
    _exit(0);
  }
}

void time_it() {
  try {
    arm(plan.time_limit * 20 + 5);  // a function that hangs only on a later call keeps its first time
    Repeats repeats(std::max(first_call, 1e-9));
    for (int round = 0; round < (first_call > LONG ? 1 : ROUNDS); ++round) {
      if ((round > 0 || first_call > LONG) && shared->held <= shared->allowance) raise(SIGSTOP);
      repeats.round();
    }
  } catch (...) {
  }
}

void on_limit(int) {
  shared->state = shared->traced ? DONE : OVER_RUNTIME;
  _exit(0);
}

// Where the stack pointer stood at a fault: an array longer than the stack lies far below the guard page.
const char *stack_pointer([[maybe_unused]] void *context) {
#if defined(__x86_64__)
  return reinterpret_cast<const char *>(static_cast<ucontext_t *>(context)->uc_mcontext.gregs[REG_RSP]);
#elif defined(__aarch64__)
  return reinterpret_cast<const char *>(static_cast<ucontext_t *>(context)->uc_mcontext.sp);
#else
  return stack_low;
#endif
}

void on_fault(int signal, siginfo_t *info, void *context) {
  const char *where = static_cast<const char *>(info->si_addr);
  if ((where >= stack_low - PAGE && where < stack_low) || stack_pointer(context) < stack_low) {
    shared->state = STACK_OVERFLOW;
    _exit(0);
  }
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void limit(int resource, rlim_t value) {
  const rlimit both{value, value};
  setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

// No new processes and no other programs; threads may start. clone3 hides its flags, so libc is told to use clone.
void forbid_processes() {
  constexpr auto number = static_cast<std::uint32_t>(offsetof(seccomp_data, nr));
  constexpr auto flags = static_cast<std::uint32_t>(offsetof(seccomp_data, args));  // low half, little endian
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, number),
#ifdef SYS_fork
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fork, 9, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_vfork, 8, 0),
#else
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 9, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 8, 0),
#endif
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, flags),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x00010000 /* CLONE_THREAD */, 0, 2),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
  };
  const sock_fprog filter{static_cast<unsigned short>(sizeof program / sizeof *program), program};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

[[noreturn]] void child() {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) dup2(null, fd);
  static char out[1 << 16];
  std::setvbuf(stdout, out, _IOFBF, sizeof out);
  // Blocks freed stay in the process: a page fault costs what the kernel and the hypervisor please.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 16 << 20);
  limit(RLIMIT_NOFILE, 32);
  limit(RLIMIT_AS, static_cast<rlim_t>(plan.memory_limit) * 2 + (rlim_t{1} << 30));
  if (!make_stack(static_cast<std::size_t>(plan.memory_limit))) {
    std::snprintf(shared->what, sizeof shared->what, "no stack");
    shared->state = BUILD_FAILED;
    _exit(0);
  }
  static char signal_stack[64 << 10];
  stack_t alternative{};
  alternative.ss_sp = signal_stack;
  alternative.ss_size = sizeof signal_stack;
  sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_flags = SA_ONSTACK | SA_SIGINFO;
  action.sa_sigaction = on_fault;
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);
  action.sa_flags = SA_ONSTACK;
  action.sa_handler = on_limit;
  sigaction(SIGPROF, &action, nullptr);
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  action.sa_handler = on_tick;
  sigaction(SIGALRM, &action, nullptr);
  forbid_processes();
  try {
    inputs = plan.subject->build(plan.n, plan.seed);
  } catch (...) {
    shared->state = BUILD_FAILED;
    _exit(0);
  }
  shared->inputs_built = true;
  std::srand(1);
  const auto run = [](void (*body)()) {
    getcontext(&inside);
    inside.uc_stack.ss_sp = stack_low;
    inside.uc_stack.ss_size = stack_size;
    inside.uc_link = &outside;
    makecontext(&inside, body, 0);
    swapcontext(&outside, &inside);
  };
  run(measure);
  shared->stack = depth_of_call();
  shared->runtime = first_call / first_slowdown;
  shared->slowdown = first_slowdown;
  shared->repeats = 1;
  shared->held = live + shared->heap + shared->stack;
  if (shared->heap + shared->stack > plan.memory_limit) {
    shared->state = OVER_MEMORY;
    _exit(0);
  }
  shared->traced = true;
  if (first_call < LONGEST) run(time_it);
  shared->state = DONE;
  _exit(0);
}

// ---- the parent ------------------------------------------------------------------------------------------------

double wall_seconds() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double cpu_of(pid_t pid) {
  clockid_t clock{};
  timespec t{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0) return 0;
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// The child's wait status, where it ended or stopped; -1 where it had to be killed. One that works on slowly, because
// the machine is busy, gets more time: its own limit is one of CPU time.
int wait_for(pid_t pid, double seconds) {
  double deadline = wall_seconds() + seconds, worked = cpu_of(pid);
  int more = 8;
  sigset_t child_ends;
  sigemptyset(&child_ends);
  sigaddset(&child_ends, SIGCHLD);
  for (;;) {
    int status = 0;
    if (waitpid(pid, &status, WNOHANG | WUNTRACED) == pid) return status;
    const double left = deadline - wall_seconds();
    const double now = left <= 0 ? cpu_of(pid) : 0;
    if (left <= 0 && more-- > 0 && now - worked > 0.01 * seconds) {
      worked = now;
      deadline += seconds;
      continue;
    }
    if (left <= 0) {
      kill(-pid, SIGKILL);
      kill(pid, SIGKILL);
      waitpid(pid, &status, 0);
      return -1;
    }
    timespec pause{static_cast<time_t>(left), static_cast<long>((left - static_cast<double>(static_cast<time_t>(left))) * 1e9)};
    sigtimedwait(&child_ends, nullptr, &pause);
  }
}

struct Run {  // of one (function, n)
  const PricetagSubject *subject;
  long n;
  pid_t pid;
  Result *result;
};

constexpr long RESTING = 384 << 20;  // bytes that all resting children hold together

// One row of what is known of a run now; ``status`` is how its child ended, or that it rests.
void print(const Run &run, int status) {
  const Result &result = *run.result;
  char failed[96] = "";
  const int state = result.state;
  bool over_memory = state == OVER_MEMORY, over_runtime = state == OVER_RUNTIME;
  if (result.traced) {
    // Measured once: a later call that crashes or hangs spoils the repeats only.
  } else if (state == EXCEPTION) {
    std::snprintf(failed, sizeof failed, "exception %.60s", result.what);
  } else if (state == BUILD_FAILED || !result.inputs_built) {
    std::snprintf(failed, sizeof failed, "inputs");
  } else if (state == STACK_OVERFLOW) {
    if (run.n <= 100) {
      std::snprintf(failed, sizeof failed, "crash stack overflow");
    } else {
      over_memory = true;
    }
  } else if (state == RUNNING) {
    if (status == -1 || WIFSTOPPED(status)) {
      std::snprintf(failed, sizeof failed, "hang");
    } else if (WIFSIGNALED(status)) {
      std::snprintf(failed, sizeof failed, "crash SIG%s", sigabbrev_np(WTERMSIG(status)));
    } else {
      std::snprintf(failed, sizeof failed, "exit");
    }
  }
  const bool sound = std::isfinite(result.runtime) && std::isfinite(result.spread) && std::isfinite(result.slowdown);
  if (!sound) std::snprintf(failed, sizeof failed, "clock");
  if (over_runtime && run.n <= 10) {  // no cost grows so fast: these inputs never let it end
    over_runtime = false;
    std::snprintf(failed, sizeof failed, "endless");
  }
  for (char *c = failed; *c != 0; ++c) {
    if (*c == '"' || *c == '\\' || static_cast<unsigned char>(*c) < 32) *c = '?';
  }
  std::printf(
      "{\"id\": \"%s\", \"n\": %ld, \"measured\": %s, \"over_memory\": %s, \"over_runtime\": %s, \"failed\": \"%s\", "
      "\"heap\": %ld, \"stack\": %ld, \"runtime\": %.9g, \"repeats\": %d, \"spread\": %.4g, \"slowdown\": %.4g}\n",
      run.subject->id, run.n, result.traced && sound ? "true" : "false", over_memory ? "true" : "false",
      over_runtime ? "true" : "false", failed, result.heap, result.stack, sound ? result.runtime : 0.0, result.repeats,
      sound ? result.spread : 0.0, sound ? result.slowdown : 1.0);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 8) {
    std::fprintf(stderr, "usage: driver FIRST COUNT SIZES TIME_LIMIT MEMORY_LIMIT BUDGET SEED\n");
    return 2;
  }
  const int first = std::atoi(argv[1]);
  const int last = std::min(first + std::atoi(argv[2]), pricetag_subject_count);
  std::vector<long> sizes;
  for (char *p = argv[3]; *p != 0;) {
    sizes.push_back(std::strtol(p, &p, 10));
    if (*p == ',') ++p;
  }
  plan.time_limit = std::atof(argv[4]);
  plan.memory_limit = std::atol(argv[5]);
  plan.budget = std::atof(argv[6]);
  plan.seed = std::strtoul(argv[7], nullptr, 10);

  const std::size_t most = sizes.size() * static_cast<std::size_t>(std::max(1, last - first));
  auto *results = static_cast<Result *>(
      mmap(nullptr, most * sizeof(Result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (results == MAP_FAILED) return 3;
  make_reference();
  sigset_t child_ends;
  sigemptyset(&child_ends);
  sigaddset(&child_ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_ends, nullptr);
  std::printf("{\"ready\": %d}\n", last - first);
  std::fflush(stdout);

  const double patience = plan.time_limit * 2 + 10;
  std::vector<Run> resting;
  long held = 0;
  for (int index = first; index < last; ++index) {
    plan.subject = &pricetag_subjects[index];
    for (const long n : sizes) {
      plan.n = n;
      shared = results++;
      shared->allowance = (RESTING - held) / 4;
      const pid_t pid = fork();
      if (pid < 0) return 4;
      if (pid == 0) {
        sigprocmask(SIG_UNBLOCK, &child_ends, nullptr);
        child();
      }
      const Run run{plan.subject, n, pid, shared};
      const int status = wait_for(pid, patience);
      print(run, status);
      if (status != -1 && WIFSTOPPED(status) && shared->traced) {
        held += shared->held;
        resting.push_back(run);
      } else {
        kill(-pid, SIGKILL);  // whatever it left behind
        if (status != -1 && WIFSTOPPED(status)) waitpid(pid, nullptr, 0);
      }
      if (!shared->traced) break;
    }
  }
  for (int round = 1; round < ROUNDS; ++round) {
    for (Run &run : resting) {
      if (run.pid == 0) continue;
      kill(run.pid, SIGCONT);
      const int status = wait_for(run.pid, patience);
      print(run, status);
      if (status == -1 || !WIFSTOPPED(status)) {
        kill(-run.pid, SIGKILL);
        run.pid = 0;
      }
    }
  }
  for (const Run &run : resting) {
    if (run.pid == 0) continue;
    kill(-run.pid, SIGKILL);
    waitpid(run.pid, nullptr, 0);
  }
  return 0;
}
