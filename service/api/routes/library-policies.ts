import type { Endpoint } from '../endpoint.ts';

/** Paths of the policy library (reference 1.11). It is not built yet, so every method answers 501. */
export const libraryPolicyEndpoints: readonly Endpoint[] = [
  { path: '/v1/librarypolicies', shape: 'collection' },
  { path: '/v1/librarypolicies/:policy', shape: 'element' },
];
