// The work that tells how slow a machine is, shared by the driver of measured programs and by `pricetag calibrate`.
#ifndef PRICETAG_REFERENCE_HPP
#define PRICETAG_REFERENCE_HPP

#include <cstdint>
#include <ctime>

namespace {

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// A fixed piece of work that tells how slow the machine is right now: its clock, and whether a neighbour has the other
// half of the core. Four independent streams of integers, branches and loads: what keeps many units busy suffers
// most. It writes no memory and stays in half of a usual L1, so that it disturbs little.
constexpr std::uint32_t WORDS = 1u << 12;
constexpr int WORK = 6000;
// CPU seconds of one warm run on the reference machine, quiet: AMD EPYC 9004 ("Genoa"), one virtual core under KVM.
constexpr double NOMINAL = 14.75e-6;

std::uint32_t words[WORDS];
std::uint32_t place = 1;  // goes on from run to run: the same branches every time would be learnt by heart

void make_reference() {
  for (std::uint32_t i = 0; i < WORDS; ++i) words[i] = (i ^ (i >> 7)) * 2654435761u;
}

__attribute__((noinline)) double reference_once() {
  constexpr std::uint32_t MASK = WORDS - 1;
  const double start = cpu_seconds();
  std::uint32_t a = place, b = place ^ 0x9E3779B9u, c = place * 3, d = ~place, v = 0, x = 0, y = 0, z = 0;
  for (std::uint32_t i = 0; i < WORK; ++i) {
    a = a * 1664525u + 1013904223u;
    b = b * 22695477u + 1u;
    c ^= c << 13;
    c ^= c >> 17;
    d += 0x9E3779B9u;
    v += words[(a >> 16) & MASK];
    x ^= words[(b >> 16) & MASK];
    y += words[(c >> 3) & MASK];
    z += words[i & MASK] * d;
    if ((words[i & MASK] & 7u) == 3u) v ^= x;
    y += v >> 5;
  }
  asm volatile("" : : "r"(v + x + y + z));
  place = a;
  return cpu_seconds() - start;
}

// The first run warms the caches and the branch predictor again, after whatever ran before.
double slowdown() {
  reference_once();
  return reference_once() / NOMINAL;
}

}  // namespace

#endif
