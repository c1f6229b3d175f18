/**
 * Keeps secrets of configurations. What comes out of `seal` may be stored and shown to anybody: AES-256-GCM, bound
 * to its `place`, so that a sealed secret moved to another data source or option does not open.
 */
export interface SecretBox {
  /** Rejects with SecretsUnavailable. */
  seal(text: string, place: SecretPlace): Promise<string>;
  /** Rejects with SecretsUnavailable, also when the text was tampered with or belongs elsewhere. */
  open(sealed: string, place: SecretPlace): Promise<string>;
}

export interface SecretPlace {
  /** Id of the data source. */
  readonly dataSource: string;
  /** Name of the option. */
  readonly option: string;
}
