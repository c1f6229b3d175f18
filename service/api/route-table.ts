import { assert } from '../base/assert.ts';
import type { Endpoint } from './endpoint.ts';

export interface RouteMatch {
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
}

interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | null;
  endpoint: Endpoint | null;
  /** Of the `:names` on the way here, in order. */
  names: readonly string[];
}

/**
 * Endpoints by path, as a tree of segments: a look-up costs one step per segment, however many routes there
 * are. Literal segments go before `:names`. Strict where Express is lenient, because Congress is strict: case
 * matters, and a trailing slash is another path (reference 1.1).
 */
export class RouteTable {
  readonly #root = emptyNode();

  constructor(endpoints: readonly Endpoint[]) {
    for (const endpoint of endpoints) this.#add(endpoint);
  }

  /** `path` is canonical (see canonical-path.ts); null when no route matches. */
  match(path: string): RouteMatch | null {
    const segments = path.split('/');
    const values: string[] = [];
    const node = find(this.#root, { segments, at: 1, values });
    if (node === null || node.endpoint === null) return null;
    const params: Record<string, string> = {};
    for (const [index, name] of node.names.entries()) params[name] = values[index] ?? '';
    return { endpoint: node.endpoint, params };
  }

  #add(endpoint: Endpoint): void {
    const names: string[] = [];
    let node = this.#root;
    for (const segment of endpoint.path.split('/').slice(1)) {
      if (segment.startsWith(':')) {
        names.push(segment.slice(1));
        node.parameter ??= emptyNode();
        node = node.parameter;
      } else {
        const next = node.literals.get(segment) ?? emptyNode();
        node.literals.set(segment, next);
        node = next;
      }
    }
    assert(node.endpoint === null, `one endpoint per path: ${endpoint.path}`);
    node.endpoint = endpoint;
    node.names = names;
  }
}

function emptyNode(): Node {
  return { literals: new Map(), parameter: null, endpoint: null, names: [] };
}

interface Search {
  readonly segments: readonly string[];
  readonly at: number;
  readonly values: string[];
}

function find(node: Node, search: Search): Node | null {
  const { segments, at, values } = search;
  const segment = segments[at];
  if (segment === undefined) return node.endpoint === null ? null : node;
  const literal = node.literals.get(segment);
  const found = literal === undefined ? null : find(literal, { segments, at: at + 1, values });
  if (found !== null) return found;
  if (node.parameter === null || segment === '') return null;
  values.push(segment);
  const byParameter = find(node.parameter, { segments, at: at + 1, values });
  if (byParameter === null) values.pop();
  return byParameter;
}
