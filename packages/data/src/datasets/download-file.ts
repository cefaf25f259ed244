import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { InputError, messageOf, type RunOptions } from '@cfe/base';
import type { DatasetFile } from './dataset.ts';

/** How often a cut connection is taken up again. */
const attempts = 5;
/** No file of the registry is nearly as long. */
const longest = 1 << 30;

/**
 * Fetches a file to a path, where it appears whole and verified or not at all.
 *
 * Bytes go to `path.part`; a cut connection, or a later call, goes on where it stopped; the finished file is checked and
 * renamed. What does not match its checksum is thrown away.
 *
 * @throws {@link InputError} (`data/download`, `data/checksum`); `signal.reason` once aborted
 */
export async function downloadFile(
  file: Omit<DatasetFile, 'path'>,
  path: string,
  options: Pick<RunOptions, 'signal' | 'onProgress'> = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  // what an earlier call left may belong to another version of the file: then it is fetched anew, once
  const resumed = (await sizeOf(part)) > 0;
  try {
    await fetchAll(file, part, options);
    await finish(file, part, path);
  } catch (cause) {
    if (!(resumed && cause instanceof InputError && cause.code === 'data/checksum')) throw cause;
    await fetchAll(file, part, options);
    await finish(file, part, path);
  }
}

async function fetchAll(
  file: Omit<DatasetFile, 'path'>,
  part: string,
  options: Pick<RunOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchRest(file, part, options);
      return;
    } catch (cause) {
      options.signal?.throwIfAborted();
      if (cause instanceof InputError || attempt === attempts) {
        if (cause instanceof InputError) throw cause;
        throw new InputError(
          'data/download',
          `${file.url}: the download failed ${attempts} times, last with: ${messageOf(cause)}. What has arrived is kept; try again.`,
          { url: file.url, part },
          { cause },
        );
      }
      await pause(50 * 2 ** attempt, options.signal);
    }
  }
}

async function fetchRest(
  { url, bytes, compression }: Omit<DatasetFile, 'path'>,
  part: string,
  { signal, onProgress }: Pick<RunOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  let have = await sizeOf(part);
  const response = await fetch(url, {
    // what arrives must be the file's own bytes, or a range of them would mean nothing
    headers: { 'accept-encoding': 'identity', ...(have > 0 ? { range: `bytes=${have}-` } : {}) },
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.status === 416) {
    // nothing is left to send: complete, or longer than the file ever was; the checksum tells
    await response.body?.cancel();
    return;
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    const again = response.status >= 500 || response.status === 429;
    const why = `the server answered ${response.status} ${response.statusText}`.trim();
    if (again) throw new Error(why);
    throw new InputError('data/download', `${url}: ${why}.`, { url, status: response.status });
  }
  const from = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  const resumes = response.status === 206 && Number(from) === have;
  if (!resumes) have = 0;
  const limit = compression === undefined ? bytes : longest;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      have += chunk.length;
      if (have > limit) {
        throw new InputError(
          'data/checksum',
          `${url}: more than the ${limit} bytes of the file arrived. It is another file.`,
          {
            url,
          },
        );
      }
      onProgress?.({ phase: 'download', done: have, total: bytes });
      yield chunk;
    }
  };
  try {
    await pipeline(
      Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
      counted,
      createWriteStream(part, { flags: resumes ? 'a' : 'w' }),
      signal === undefined ? {} : { signal },
    );
  } catch (cause) {
    if (cause instanceof InputError) await rm(part, { force: true });
    throw cause;
  }
  const length = response.headers.get('content-length');
  const arrived = have - (resumes ? Number(from) : 0);
  if (length !== null && arrived < Number(length)) throw new Error('the connection was cut');
}

/** Verifies and renames. */
async function finish(
  { url, sha256, compression }: Omit<DatasetFile, 'path'>,
  part: string,
  path: string,
): Promise<void> {
  let ready = part;
  if (compression === 'gzip') {
    ready = `${path}.${randomUUID()}`;
    try {
      await writeFile(ready, gunzipSync(await readFile(part), { maxOutputLength: longest }));
    } catch (cause) {
      await Promise.all([rm(part, { force: true }), rm(ready, { force: true })]);
      throw new InputError(
        'data/checksum',
        `${url}: this is no gzip file. Nothing was kept.`,
        { url },
        { cause },
      );
    }
    await rm(part, { force: true });
  }
  const found = await sha256Of(ready);
  if (found === sha256) {
    await rename(ready, path);
    return;
  }
  await rm(ready, { force: true });
  throw new InputError(
    'data/checksum',
    `${url}: its SHA-256 is ${found}, not ${sha256}. The file has changed or was damaged; nothing was kept.`,
    { url, expected: sha256, found },
  );
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
