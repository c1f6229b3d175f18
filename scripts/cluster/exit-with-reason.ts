/** Runs a command; an Error ends it with its message alone, and exit status 1. */
export async function exitWithReason(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
