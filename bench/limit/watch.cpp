// Runs a program (argv[1] with its arguments) and prints, on the last line of stdout, its peak resident set in KB.
#include <cstdio>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int count, char** args) {
  if (count < 2) return 2;
  pid_t child = fork();
  if (child == 0) {
    execvp(args[1], args + 1);
    perror(args[1]);
    _exit(127);
  }
  int status = 0;
  struct rusage usage;
  wait4(child, &status, 0, &usage);
  printf("\n%ld\n", usage.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
