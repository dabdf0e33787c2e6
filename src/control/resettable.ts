/** What `reset` may leave as it is. */
export const resettable = ['fixtures', 'faults', 'clock', 'tokens', 'sessions', 'requests'] as const

export type Resettable = (typeof resettable)[number]
