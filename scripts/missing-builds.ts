/** A package-lock.json, as far as builds for platforms are concerned. */
export interface Lock {
  packages: Record<string, LockedPackage>
}

export interface LockedPackage {
  version?: string
  resolved?: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

const platform = /[-/](android|darwin|linux|win32)-(arm64|arm|x64|ia32|ppc64|s390x)(?:-(gnu|musl|gnueabihf|msvc))?$/

/** The entries that a lock file lacks: builds that a locked package names by platform and exact version. */
export function missingBuilds(lock: Lock): Record<string, LockedPackage> {
  const missing: Record<string, LockedPackage> = {}
  for (const [path, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const [, os, cpu, libc] = platform.exec(name) ?? []
      if (os === undefined || cpu === undefined || !/^\d/.test(version)) continue
      if (lock.packages[`${path}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`]) continue
      const onLinux = os === 'linux' && { libc: [libc === 'musl' ? 'musl' : 'glibc'] }
      missing[`node_modules/${name}`] = {
        version,
        cpu: [cpu],
        ...(dev && { dev }),
        ...onLinux,
        optional: true,
        os: [os],
      }
    }
  }
  return missing
}
