import { closeSync, fdatasync, ftruncateSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'

const readBytes = 1024 * 1024
const newline = 10

/** The calls by which a store changes the disk: a port, so that any of them can be made to fail. */
export interface Files {
  /** @param flags `r+` opens what is there, `w` makes it new and empty */
  open(path: string, flags: 'r+' | 'w'): number
  /** Writes what it can, and gives the count; the bytes are lent for as long as the call takes. */
  write(fd: number, bytes: Uint8Array, atByte: number): number
  truncate(fd: number, sizeBytes: number): void
  sync(fd: number): Promise<void>
  close(fd: number): void
  rename(from: string, to: string): void
  remove(path: string): void
}

/** The real disk. */
export const diskFiles: Files = {
  open: (path, flags) => openSync(path, flags),
  write: (fd, bytes, atByte) => writeSync(fd, bytes, 0, bytes.length, atByte),
  truncate: (fd, sizeBytes) => ftruncateSync(fd, sizeBytes),
  sync: promisify(fdatasync),
  close: (fd) => closeSync(fd),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => rmSync(path, { force: true }),
}

/** Where texts are encoded: a buffer of its own for each costs as much as to write it. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024)
const mostBytesOfUnit = 3

/** Writes all of a text, however many calls it takes, and gives its size in bytes. */
export function writeAll(files: Files, fd: number, text: string, atByte: number): number {
  const fits = text.length * mostBytesOfUnit <= scratch.length
  const bytes = fits ? scratch.subarray(0, scratch.write(text)) : Buffer.from(text)
  for (let done = 0; done < bytes.length; ) {
    const count = files.write(fd, bytes.subarray(done), atByte + done)
    if (count === 0) throw new Error('the disk takes no more')
    done += count
  }
  return bytes.length
}

/** Reads a file line by line; whatever follows the last line's end is not given. */
export function* linesOf(path: string): Generator<{ text: string; endByte: number }, void, undefined> {
  const fd = openSync(path, 'r')
  try {
    let rest = Buffer.alloc(0)
    let endByte = 0
    for (;;) {
      const block = Buffer.allocUnsafe(readBytes)
      const count = readSync(fd, block)
      if (count === 0) return
      const bytes = Buffer.concat([rest, block.subarray(0, count)])
      let start = 0
      for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
        endByte += end + 1 - start
        yield { text: bytes.toString('utf8', start, end), endByte }
        start = end + 1
      }
      rest = bytes.subarray(start)
    }
  } finally {
    closeSync(fd)
  }
}
