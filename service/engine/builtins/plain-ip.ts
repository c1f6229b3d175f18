/**
 * Membership for the common spelling only: four decimal parts without leading zeros, and for the network perhaps
 * a length of one or two digits. Undefined for every other spelling, which network.ts reads the long way.
 */
export function plainIpInNetwork(ip: string, network: string): boolean | undefined {
  const address = dottedQuad(ip, ip.length);
  if (address < 0) return undefined;
  const slash = network.length > 3 ? network.indexOf('/', network.length - 3) : -1;
  const base = dottedQuad(network, slash < 0 ? network.length : slash);
  const length = slash < 0 ? 32 : prefixLength(network, slash + 1);
  if (base < 0 || length < 0) return undefined;
  const size = 2 ** (32 - length);
  return Math.floor(address / size) === Math.floor(base / size);
}

/** The address as a number, or -1. */
function dottedQuad(text: string, end: number): number {
  let address = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 46) {
      if (digits === 0 || part > 255 || ++dots > 3) return -1;
      address = address * 256 + part;
      part = 0;
      digits = 0;
    } else {
      if (unit < 48 || unit > 57 || (digits > 0 && part === 0) || ++digits > 3) return -1;
      part = part * 10 + unit - 48;
    }
  }
  return dots === 3 && digits > 0 && part <= 255 ? address * 256 + part : -1;
}

/** The rest of the text as a length of 0 to 32, or -1. */
function prefixLength(text: string, from: number): number {
  if (from >= text.length) return -1;
  let length = 0;
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 48 || unit > 57) return -1;
    length = length * 10 + unit - 48;
  }
  return length <= 32 ? length : -1;
}
