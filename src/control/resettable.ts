/** What `reset` may leave as it is. */
export const resettable = ['faults', 'clock', 'tokens', 'sessions'] as const

export type Resettable = (typeof resettable)[number]
