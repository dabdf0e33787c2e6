/**
 * A QR code of a URL as an inline SVG, black on white as scanners want it, sized by the page's style.
 *
 * The library is loaded when the first code is drawn, since most processes never draw one.
 */
export async function qrSvg(url: string): Promise<string> {
  const { default: qrcode } = await import('qrcode')
  const svg = await qrcode.toString(url, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 })
  // Inside HTML an svg needs no namespace, and the picture is named by the text beside it.
  return svg.replace(/ xmlns="[^"]*"/, ' aria-hidden="true"').trim()
}
