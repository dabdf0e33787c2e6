import { UnderstudyError } from '../errors.ts'

/** The version of the files' format that this code writes and reads. */
export const formatVersion = 1

/** What a store file is refused with; the store's files stay as they are. */
export function fileError(path: string, problem: string, cause?: unknown): UnderstudyError {
  return new UnderstudyError(
    'ERR_STORE_FILE',
    500,
    `Failed to open the store: ${path} ${problem}. Nothing was changed. ` +
      'Put a good copy back, or move the store and all files beside it that begin with its name away to start empty.',
    { file: path },
    { cause },
  )
}

/**
 * Checks the first words of a file and gives the generation it names.
 *
 * @param path for messages
 * @param header the parsed header, or undefined where there is none to parse
 * @param format the format that it should name
 */
export function checkHeader(path: string, header: unknown, format: string): number {
  if (typeof header !== 'object' || header === null || !('format' in header) || header.format !== format) {
    throw fileError(path, 'is no store of Understudy, or its beginning is damaged')
  }
  const version = 'version' in header ? header.version : undefined
  if (typeof version === 'number' && version > formatVersion) {
    throw new UnderstudyError(
      'ERR_STORE_VERSION',
      500,
      `Failed to open the store: ${path} is of format version ${version}, and this Understudy reads ${formatVersion}. ` +
        'Nothing was changed. Use the newer Understudy that wrote it, or another file.',
      { file: path },
    )
  }
  const generation = 'generation' in header ? header.generation : undefined
  if (version !== formatVersion || !Number.isSafeInteger(generation)) {
    throw fileError(path, 'has a damaged header')
  }
  return generation as number
}

/** Parses JSON, or gives undefined. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
