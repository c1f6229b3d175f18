import ipaddr from 'ipaddr.js';
import type { Value } from '../../datalog/value.ts';
import type { Builtin } from './builtin.ts';
import { type Address, addressOrder, readAddress, readNetwork } from './network.ts';

/** Address ranges, which Congress does not have (docs/DATALOG.md). Spellings are those of network.ts. */
export const networkAdditions: readonly Builtin[] = [
  { name: 'cidr_contains', inputs: 2, outputs: 0, evaluate: contains },
  { name: 'ip_in_range', inputs: 3, outputs: 0, evaluate: inRange },
  { name: 'network_range', inputs: 1, outputs: 2, evaluate: range },
];

/** Whether every address of the inner network is one of the outer; both of one version. */
function contains(outer: Value, inner: Value): boolean {
  const left = readNetwork(outer);
  const right = readNetwork(inner);
  return left.version === right.version && left.first <= right.first && right.last <= left.last;
}

/** Both ends belong to the range; ends of different versions make an error. */
function inRange(ip: Value, first: Value, last: Value): boolean {
  const ends = [readAddress(first), readAddress(last)] as const;
  if (ends[0].version !== ends[1].version) throw new RangeError('a range of two versions');
  const address = readAddress(ip);
  if (address.version !== ends[0].version) return false;
  return addressOrder(ends[0], address) <= 0 && addressOrder(address, ends[1]) <= 0;
}

/** First and last address of a network, as text. */
function range(net: Value): readonly Value[] {
  const { version, first, last } = readNetwork(net);
  return [addressText({ version, number: first }), addressText({ version, number: last })];
}

function addressText({ version, number }: Address): string {
  const bytes = Array.from({ length: version === 4 ? 4 : 16 }, (_, at, width = version === 4 ? 4 : 16) =>
    Number((number >> BigInt(8 * (width - 1 - at))) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}
