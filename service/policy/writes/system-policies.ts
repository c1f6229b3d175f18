/** Policies that every server has and keeps (Congress reference 3.4). */
export const classificationName = 'classification';
export const actionName = 'action';
export const systemPolicyNames: ReadonlySet<string> = new Set([classificationName, actionName]);
