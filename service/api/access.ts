/**
 * What the sender of a request must be allowed to do, per route.
 * - `public`: nothing; also without credentials.
 * - `reader`: look at policies, rules, tables, rows and data sources.
 * - `editor`: change policies, rules and the library; simulate.
 * - `pusher`: replace the rows of a data source or deliver to its webhook.
 * - `operator`: change data sources, execute actions, look inside the system.
 */
export type Access = 'public' | 'reader' | 'editor' | 'pusher' | 'operator';
