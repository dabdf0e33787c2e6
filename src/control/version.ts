import manifest from '../../package.json' with { type: 'json' }

/** The version of this Understudy. */
export const version: string = manifest.version
