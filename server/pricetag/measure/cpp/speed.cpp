// How slow this machine is at its quietest within SECONDS: the least slowdown of the reference loop, on standard output.
//
//   speed SECONDS
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "reference.hpp"

int main(int argc, char **argv) {
  const double end = cpu_seconds() + (argc > 1 ? std::atof(argv[1]) : 0.2);
  make_reference();
  double least = slowdown();
  while (cpu_seconds() < end) least = std::min(least, slowdown());
  std::printf("%.6g\n", least);
  return 0;
}
