import { BlockList, isIP } from 'node:net';
import { HostRefused } from './problems.ts';

/**
 * Which hosts data sources may ask. Whoever may create data sources can make the server send requests, so:
 * - addresses that cloud providers answer credentials on, link-local ones and the unspecified ones are refused;
 * - further networks and names are refused, or only listed ones let through, as configured.
 * What counts is the address that is connected to, so a name that resolves to a refused one is refused too.
 */
export class HostRules {
  readonly #refused: Rules;
  readonly #allowed: Rules | null;

  /** Names (`api.example.org`, `.example.org` with all below), addresses and networks (`10.0.0.0/8`). */
  constructor(rules: { readonly refused?: readonly string[]; readonly allowed?: readonly string[] } = {}) {
    this.#refused = new Rules([...alwaysRefused, ...(rules.refused ?? [])]);
    this.#allowed =
      rules.allowed === undefined || rules.allowed.length === 0 ? null : new Rules(rules.allowed);
  }

  /**
   * The name or address in a URL, and an address that it resolved to. Throws HostRefused. An explicitly allowed
   * name lets all of its addresses through but the refused ones.
   */
  check(host: string, address: string): void {
    const name = host.replace(/^\[|\]$/g, '').toLowerCase();
    if (this.#refused.hasName(name) || this.#refused.hasAddress(address)) throw new HostRefused(host);
    if (this.#allowed === null || this.#allowed.hasName(name) || this.#allowed.hasAddress(address)) return;
    throw new HostRefused(host);
  }

  /** For texts of a configuration: what {@link HostRules} would not understand. */
  static isRule(text: string): boolean {
    const [address = '', bits, ...more] = text.split('/');
    if (more.length > 0) return false;
    if (bits !== undefined) {
      const size = isIP(address) === 4 ? 32 : 128;
      return isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= size;
    }
    return isIP(address) !== 0 || /^\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(address);
  }
}

/** Metadata services of clouds, link-local networks, "this host", and their forms inside IPv6. */
const alwaysRefused = [
  '169.254.0.0/16',
  '0.0.0.0/8',
  '100.100.100.200',
  '192.0.0.192',
  '::/128',
  'fe80::/10',
  'fd00:ec2::254',
  'metadata.google.internal',
];

class Rules {
  readonly #addresses = new BlockList();
  readonly #names = new Set<string>();
  readonly #suffixes: string[] = [];

  constructor(rules: readonly string[]) {
    for (const rule of rules) this.#add(rule.toLowerCase());
  }

  hasName(name: string): boolean {
    return this.#names.has(name) || this.#suffixes.some((suffix) => name.endsWith(suffix));
  }

  /** IPv4 written as IPv6 (`::ffff:a.b.c.d`) counts as what it is. */
  hasAddress(address: string): boolean {
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? unmapped(address);
    const plain = mapped ?? address;
    return this.#addresses.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  }

  #add(rule: string): void {
    const [address = '', bits] = rule.split('/');
    const version = isIP(address);
    if (version === 0) {
      if (rule.startsWith('.')) this.#suffixes.push(rule);
      else this.#names.add(rule);
      return;
    }
    const family = version === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) this.#addresses.addAddress(address, family);
    else this.#addresses.addSubnet(address, Number(bits), family);
  }
}

/** `::ffff:a9fe:a9fe` is 169.254.169.254 in hexadecimal. */
function unmapped(address: string): string | undefined {
  const parts = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (parts === null) return undefined;
  const high = Number.parseInt(parts[1] ?? '', 16);
  const low = Number.parseInt(parts[2] ?? '', 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
