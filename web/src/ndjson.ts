/* ndjson.ts - a stream of bytes becomes objects, one a line. */

const LINE_MAX = 16 << 20; /* characters */

export class LineSplitter {
    private rest: string[] = []; /* of the line that has not ended */
    private size = 0;
    private readonly decoder = new TextDecoder('utf-8');

    constructor(private readonly each: (line: string) => void) {}

    push(bytes: Uint8Array): void {
        this.take(this.decoder.decode(bytes, { stream: true }));
    }

    end(): void {
        this.take(this.decoder.decode() + '\n');
    }

    private take(text: string): void {
        const parts = text.split('\n');
        const last = parts.pop() as string;
        for (const part of parts) {
            const line = this.rest.join('') + part;
            this.rest = [];
            this.size = 0;
            if (line.trim()) this.each(line);
        }
        this.rest.push(last);
        this.size += last.length;
        if (this.size > LINE_MAX) throw new Error('a line of the answer is too long');
    }
}

export async function readLines(
    body: ReadableStream<Uint8Array>,
    each: (line: string) => void,
): Promise<void> {
    const reader = body.getReader();
    const splitter = new LineSplitter(each);
    for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        splitter.push(value);
    }
    splitter.end();
}
