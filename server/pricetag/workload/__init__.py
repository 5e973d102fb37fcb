"""What a forecast assumes of a function's inputs: parameter kinds, the workload W(n), and building inputs."""
