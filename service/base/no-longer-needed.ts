/**
 * Reason for ending a wait that nobody waits for any more. Said explicitly because the default, a new
 * DOMException with its stack, costs more than everything else about a deadline (6 % of the time of a simulated replica).
 */
export const noLongerNeeded: unique symbol = Symbol('no longer needed');
