import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { downloadFile } from './download-file.ts';

const content = Uint8Array.from({ length: 300_000 }, (_, k) => (k * 7919) % 251);
const sha256 = createHash('sha256').update(content).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse, from: number) => void | Promise<void>;

/** Sends the rest of the file from where it was asked for, as servers do. */
const whole: Answer = (_, response, from) => {
  const rest = content.subarray(from);
  if (from >= content.length) {
    response.writeHead(416).end();
    return;
  }
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': rest.length,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  response.end(rest);
};

/** Promises the rest, sends so many bytes, and cuts the connection once some of them have been written down. */
const cutAfter =
  (bytes: number, part: string): Answer =>
  async (_, response, from) => {
    const rest = content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': rest.length,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
    });
    response.write(rest.subarray(0, bytes));
    const written = async (): Promise<number> => (await stat(part).catch(() => ({ size: 0 }))).size;
    while ((await written()) <= from) await new Promise((resolve) => setTimeout(resolve, 5));
    response.destroy();
  };

describe('downloadFile', () => {
  let server: Server;
  let url: string;
  let folder: string;
  let answers: Answer[] = [];
  let starts: number[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      starts.push(from);
      (answers.shift() ?? whole)(request, response, from);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cfe download '));
    answers = [];
    starts = [];
    return () => rm(folder, { recursive: true });
  });

  const file = () => ({ url, sha256, bytes: content.length });
  const target = () => join(folder, 'deep', 'file.bin');
  const left = async (): Promise<string[]> => readdir(join(folder, 'deep'));

  test('writes the file whole, and reports progress', async () => {
    const seen: number[] = [];
    await downloadFile(file(), target(), { onProgress: ({ done }) => seen.push(done) });
    expect((await readFile(target())).equals(content)).toBe(true);
    expect(seen.at(-1)).toBe(content.length);
    expect(await left()).toEqual(['file.bin']);
  });

  test('goes on where cut connections stopped', async () => {
    answers = [cutAfter(100_000, `${target()}.part`), cutAfter(100_000, `${target()}.part`)];
    await downloadFile(file(), target());
    expect((await readFile(target())).equals(content)).toBe(true);
    expect(starts.length).toBe(3);
    expect(starts[1]).toBeGreaterThan(0);
    expect(starts[2]).toBeGreaterThan(starts[1] as number);
  });

  test('starts anew where a server knows no ranges', async () => {
    answers = [cutAfter(100_000, `${target()}.part`), (request, response) => whole(request, response, 0)];
    await downloadFile(file(), target());
    expect((await readFile(target())).equals(content)).toBe(true);
  });

  test('a later call goes on with what an earlier one left', async () => {
    answers = Array.from({ length: 5 }, () => cutAfter(10_000, `${target()}.part`));
    await expect(downloadFile(file(), target())).rejects.toThrow('failed 5 times');
    expect(await left()).toEqual(['file.bin.part']);
    starts = [];
    await downloadFile(file(), target());
    expect(starts).toEqual([expect.any(Number)]);
    expect(starts[0]).toBeGreaterThan(0);
    expect(await left()).toEqual(['file.bin']);
  });

  test('refuses wrong bytes, and keeps nothing', async () => {
    answers = [
      (_, response) => {
        const wrong = Uint8Array.from(content);
        wrong[77] = (wrong[77] as number) ^ 1;
        response.writeHead(200, { 'content-length': wrong.length }).end(wrong);
      },
    ];
    await expect(downloadFile(file(), target())).rejects.toMatchObject({ code: 'data/checksum' });
    expect(await left()).toEqual([]);
    answers = [(_, response) => void response.writeHead(200).end(Buffer.concat([content, content]))];
    await expect(downloadFile(file(), target())).rejects.toThrow('more than the 300000 bytes');
    expect(await left()).toEqual([]);
  });

  test('what an earlier call left of another version is thrown away, and the file fetched anew', async () => {
    await downloadFile(file(), target());
    await rm(target());
    await writeFile(`${target()}.part`, new Uint8Array(5000).fill(9));
    await downloadFile(file(), target());
    expect((await readFile(target())).equals(content)).toBe(true);
    await rm(target());
    await writeFile(`${target()}.part`, new Uint8Array(content.length + 5));
    await downloadFile(file(), target());
    expect((await readFile(target())).equals(content)).toBe(true);
  });

  test('unpacks gzip, and checks what is in it', async () => {
    const packed = gzipSync(content);
    const send: Answer = (_, response) => void response.writeHead(200).end(packed);
    answers = [send];
    await downloadFile({ ...file(), compression: 'gzip' }, target());
    expect((await readFile(target())).equals(content)).toBe(true);
    answers = [(_, response) => void response.writeHead(200).end('not gzip')];
    await expect(downloadFile({ ...file(), compression: 'gzip' }, join(folder, 'deep', 'b'))).rejects.toThrow(
      'no gzip file',
    );
    expect(await left()).toEqual(['file.bin']);
  });

  test('a busy server is asked again, a missing file is an error at once', async () => {
    answers = [(_, response) => void response.writeHead(503).end('later')];
    await downloadFile(file(), target());
    expect(starts.length).toBe(2);
    starts = [];
    answers = [(_, response) => void response.writeHead(404, 'Not Found').end()];
    await expect(downloadFile(file(), join(folder, 'deep', 'x'))).rejects.toThrow(
      'the server answered 404 Not Found',
    );
    expect(starts.length).toBe(1);
  });

  test('an abort rejects with its reason and leaves no file', async () => {
    const stop = new AbortController();
    answers = [
      (_, response) => {
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 1000));
      },
    ];
    const loading = downloadFile(file(), target(), {
      signal: stop.signal,
      onProgress: () => stop.abort('enough'),
    });
    await expect(loading).rejects.toBe('enough');
    expect((await left()).includes('file.bin')).toBe(false);
  });
});
