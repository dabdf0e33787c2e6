/** The token of an `Authorization` header: behind Bearer or DPoP, or alone, as some providers take it. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return authorization?.match(/^(?:(?:bearer|dpop) +)?(\S+)$/i)?.[1]
}
