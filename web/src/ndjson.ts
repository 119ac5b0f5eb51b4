/* ndjson.ts - a stream of bytes becomes objects, one a line. */

const LINE_MAX = 16 << 20; /* characters */

export class LineSplitter {
  private rest = '';
  private readonly decoder = new TextDecoder('utf-8');

  constructor(private readonly each: (line: string) => void) {}

  push(bytes: Uint8Array): void {
    this.take(this.decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.take(this.decoder.decode());
    if (this.rest.trim()) this.each(this.rest);
    this.rest = '';
  }

  private take(text: string): void {
    const parts = (this.rest + text).split('\n');
    this.rest = parts.pop() as string;
    if (this.rest.length > LINE_MAX) throw new Error('a line of the answer is too long');
    for (const line of parts) if (line.trim()) this.each(line);
  }
}

export async function readLines(body: ReadableStream<Uint8Array>, each: (line: string) => void): Promise<void> {
  const reader = body.getReader();
  const splitter = new LineSplitter(each);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    splitter.push(value);
  }
  splitter.end();
}
