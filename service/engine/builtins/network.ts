import ipaddr from 'ipaddr.js';
import type { Value } from '../../datalog/value.ts';
import type { Builtin } from './builtin.ts';
import { plainIpInNetwork } from './plain-ip.ts';
import { toInteger } from './python-number.ts';

/**
 * Addresses and networks of reference 2.12, as netaddr 0.8 reads them. An address is its version and a number;
 * every IPv4 address sorts below every IPv6 one. Anything that is neither throws, which fails the literal.
 */
export const networkBuiltins: readonly Builtin[] = [
  { name: 'ips_equal', inputs: 2, outputs: 0, evaluate: (x: Value, y: Value) => order(x, y) === 0 },
  { name: 'ips_lt', inputs: 2, outputs: 0, evaluate: (x: Value, y: Value) => order(x, y) < 0 },
  { name: 'ips_lteq', inputs: 2, outputs: 0, evaluate: (x: Value, y: Value) => order(x, y) <= 0 },
  { name: 'ips_gt', inputs: 2, outputs: 0, evaluate: (x: Value, y: Value) => order(x, y) > 0 },
  { name: 'ips_gteq', inputs: 2, outputs: 0, evaluate: (x: Value, y: Value) => order(x, y) >= 0 },
  { name: 'networks_equal', inputs: 2, outputs: 0, evaluate: networksEqual },
  { name: 'networks_overlap', inputs: 2, outputs: 0, evaluate: networksOverlap },
  { name: 'ip_in_network', inputs: 2, outputs: 0, evaluate: ipInNetwork },
];

export interface Address {
  readonly version: 4 | 6;
  readonly number: bigint;
}

interface Network {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const widths = { 4: 32, 6: 128 } as const;

function order(x: Value, y: Value): number {
  return addressOrder(readAddress(x), readAddress(y));
}

/** Below zero when the left address sorts first. */
export function addressOrder(left: Address, right: Address): number {
  if (left.version !== right.version) return left.version - right.version;
  return left.number < right.number ? -1 : left.number > right.number ? 1 : 0;
}

/** Network address and mask; host bits do not matter. */
function networksEqual(x: Value, y: Value): boolean {
  const left = readNetwork(x);
  const right = readNetwork(y);
  return left.version === right.version && left.first === right.first && left.last === right.last;
}

/** True when y's first or last address lies in x: not symmetric, and blind to the version, as in Congress. */
function networksOverlap(x: Value, y: Value): boolean {
  const outer = readNetwork(x);
  const { first, last } = readNetwork(y);
  return (outer.first <= first && first <= outer.last) || (outer.first <= last && last <= outer.last);
}

function ipInNetwork(ip: Value, net: Value): boolean {
  if (typeof ip === 'string' && typeof net === 'string') {
    const plain = plainIpInNetwork(ip, net);
    if (plain !== undefined) return plain;
  }
  const { version, first, last } = readNetwork(net);
  const { version: own, number } = readAddress(ip);
  return own === version && first <= number && number <= last;
}

/** Integers below 2^32 are IPv4, larger ones IPv6; texts include the short, octal and hexadecimal IPv4 forms. */
export function readAddress(value: Value): Address {
  if (typeof value === 'number') throw new TypeError('a float is no address');
  if (typeof value === 'bigint') return numberedAddress(value);
  if (value.includes(':')) return { version: 6, number: versionSix(value) };
  // The C library, and so Congress, stops reading an IPv4 address at white space.
  const text = value.split(/\s/)[0]!;
  return { version: 4, number: bytesToNumber(ipaddr.IPv4.parse(text).toByteArray()) };
}

function numberedAddress(number: bigint): Address {
  if (number < 0n || number >= 1n << 128n) throw new RangeError('not an address');
  return { version: number < 1n << 32n ? 4 : 6, number };
}

/** `address`, `address/length` or `address/mask`; a partial IPv4 address such as `10/8` is filled with zeros. */
export function readNetwork(value: Value): Network {
  if (typeof value !== 'string') throw new TypeError('not a network');
  const slash = value.indexOf('/');
  const text = slash < 0 ? value : value.slice(0, slash);
  const version = text.includes(':') ? 6 : 4;
  const number = version === 6 ? versionSix(text) : fourParts(text);
  const length = slash < 0 ? widths[version] : prefixLength(value.slice(slash + 1), version);
  const hosts = (1n << BigInt(widths[version] - length)) - 1n;
  return { version, first: number & ~hosts, last: number | hosts };
}

function prefixLength(text: string, version: 4 | 6): number {
  const width = widths[version];
  if (/^\s*[+-]?\d+(_\d+)*\s*$/.test(text)) {
    const length = Number(toInteger(text));
    if (length < 0 || length > width) throw new RangeError('prefix length');
    return length;
  }
  const mask = version === 6 ? versionSix(text) : fullFour(text);
  return maskLength(mask, width);
}

/** The length of a netmask (ones, then zeros) or of a host mask (zeros, then ones). */
function maskLength(mask: bigint, width: number): number {
  const all = (1n << BigInt(width)) - 1n;
  for (let length = 0; length <= width; length++) {
    const hosts = (1n << BigInt(width - length)) - 1n;
    if (mask === (all ^ hosts)) return length;
  }
  for (let length = 0; length <= width; length++)
    if (mask === (1n << BigInt(width - length)) - 1n) return length;
  throw new RangeError('neither a netmask nor a host mask');
}

/** One to four decimal parts; missing ones are zero. */
function fourParts(text: string): bigint {
  const parts = text.split('.').map((part) => Number(toInteger(part)));
  if (parts.length > 4 || parts.some((part) => part < 0 || part > 255)) {
    throw new RangeError('not an IPv4 network');
  }
  while (parts.length < 4) parts.push(0);
  return bytesToNumber(parts);
}

function fullFour(text: string): bigint {
  if (text.split('.').length !== 4) throw new RangeError('not an IPv4 mask');
  return fourParts(text);
}

function versionSix(text: string): bigint {
  if (text.includes('%')) throw new RangeError('an address with a zone');
  if (/[:.]0\d+(\.|$)/.test(text) && text.includes('.')) throw new RangeError('an octal part');
  // The library takes `::1.2.3.4` for an IPv4 address in IPv6 clothes.
  const compatible = /^::(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (compatible !== null) return fullFour(compatible[1]!);
  return bytesToNumber(ipaddr.IPv6.parse(text).toByteArray());
}

function bytesToNumber(bytes: readonly number[]): bigint {
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}
