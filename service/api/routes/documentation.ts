import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Answer, objectAnswer } from '../answer.ts';
import type { Call, Endpoint, OpenRoute } from '../endpoint.ts';
import { nothingFound } from '../errors.ts';
import { openApiDocument } from '../openapi/openapi-document.ts';
import { errorSchema } from '../schemas/system-schema.ts';

/**
 * The OpenAPI document of all routes, and a page that shows it. The page is Swagger UI from its package, so it
 * works without a way out; its policy lets nothing in from elsewhere.
 */
export function documentationEndpoints(all: () => readonly Endpoint[]): readonly Endpoint[] {
  return [
    {
      path: '/v1/openapi.json',
      shape: 'element',
      open: {
        summary: 'This document',
        access: 'public',
        answers: { 200: z.looseObject({ openapi: z.literal('3.1.0') }) },
        handle: () => documentAnswer(all()),
      },
    },
    { path: '/docs', shape: 'element', open: fileRoute(() => 'index.html') },
    { path: '/docs/:file', shape: 'element', open: fileRoute(({ params }) => params.file ?? '') },
  ];
}

/** Made when first asked for; the routes never change. */
const texts = new WeakMap<readonly Endpoint[], string>();

function documentAnswer(endpoints: readonly Endpoint[]): Answer {
  const text = texts.get(endpoints) ?? `${JSON.stringify(openApiDocument(endpoints))}\n`;
  texts.set(endpoints, text);
  return { ...objectAnswer(null), body: text };
}

function fileRoute(nameOf: (call: Call) => string): OpenRoute {
  return {
    summary: 'The API as a page',
    access: 'public',
    answers: { 200: { mediaType: 'text/html' }, 404: errorSchema },
    handle: (call) => fileAnswer(nameOf(call)),
  };
}

interface PageFile {
  readonly type: string;
  readonly text: () => Promise<string>;
}

const packageFolder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const packaged = (name: string) => () => readFile(join(packageFolder, name), 'utf8');

const files: Readonly<Record<string, PageFile>> = {
  'index.html': {
    type: 'text/html; charset=utf-8',
    text: async () => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Congress HA API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`,
  },
  'start.js': {
    type: 'text/javascript; charset=utf-8',
    text: async () =>
      `SwaggerUIBundle({ url: '/v1/openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null });\n`,
  },
  'swagger-ui.css': { type: 'text/css; charset=utf-8', text: packaged('swagger-ui.css') },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    text: packaged('swagger-ui-bundle.js'),
  },
};

/** Nothing from elsewhere; styles inline because the page sets some by itself, scripts never. */
const contentPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async function fileAnswer(name: string): Promise<Answer> {
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  if (file === undefined) return nothingFound();
  return {
    status: 200,
    body: await file.text(),
    headers: { 'Content-Type': file.type, 'Content-Security-Policy': contentPolicy },
  };
}
