import { UnderstudyError } from '../errors.ts'

/** What a header carries as it is, and no selector takes for a regular expression. */
const carried = /^(?! )(?!\/.+\/[a-z]*$)[^\p{Cc}\p{Cs}]+(?<! )$/u

/**
 * Checks that a tag finds its requests again, whether header, parameter or cookie brings it along.
 *
 * @throws UnderstudyError `ERR_TAG_INVALID` (400)
 */
export function checkTag(tag: unknown): asserts tag is string {
  if (typeof tag === 'string' && carried.test(tag)) return
  const said = JSON.stringify(tag) ?? String(tag)
  const message = `Failed to tag with ${said}: expected text on one line, with no spaces around it, that is no /regex/. Take the name or id of the test.`
  throw new UnderstudyError('ERR_TAG_INVALID', 400, message)
}
