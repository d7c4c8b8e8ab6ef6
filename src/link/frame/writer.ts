const VARINT = 0;
const BYTES = 2;

/** Above this, a native copy is faster than a loop in JavaScript. */
const LOOP_BYTES = 48;

/**
 * Writes protobuf fields into a buffer that is large enough: sizes are known before. Fields with zero values are left
 * out, as proto3 wants for fields without presence. All field numbers here are below 16.
 */
export class Writer {
  readonly buffer: Buffer;
  position: number;

  constructor(buffer: Buffer, position = 0) {
    this.buffer = buffer;
    this.position = position;
  }

  varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.buffer[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.position++] = rest;
  }

  /** The tag and length of a field whose content follows. */
  open(field: number, length: number): void {
    this.buffer[this.position++] = (field << 3) | BYTES;
    this.varint(length);
  }

  number(field: number, value: number): void {
    if (value !== 0) this.presentNumber(field, value);
  }

  presentNumber(field: number, value: number): void {
    this.buffer[this.position++] = (field << 3) | VARINT;
    this.varint(value);
  }

  optionalNumber(field: number, value: number | undefined): void {
    if (value !== undefined) this.presentNumber(field, value);
  }

  flag(field: number, value: boolean): void {
    if (value) this.presentNumber(field, 1);
  }

  /** Enums are signed: a negative one is extended to 64 bits. */
  enum(field: number, value: number): void {
    if (value >= 0) {
      this.number(field, value);
      return;
    }
    this.buffer[this.position++] = (field << 3) | VARINT;
    for (let index = 0, rest = value; index < 9; index++, rest >>= 7) {
      this.buffer[this.position++] = (rest & 0x7f) | 0x80;
    }
    this.buffer[this.position++] = 1;
  }

  bytes(field: number, value: Uint8Array): void {
    if (value.length > 0) this.presentBytes(field, value);
  }

  optionalBytes(field: number, value: Uint8Array | undefined): void {
    if (value !== undefined) this.presentBytes(field, value);
  }

  presentBytes(field: number, value: Uint8Array): void {
    this.open(field, value.length);
    if (value.length > LOOP_BYTES) this.buffer.set(value, this.position);
    else for (let index = 0; index < value.length; index++) this.buffer[this.position + index] = value[index] ?? 0;
    this.position += value.length;
  }

  text(field: number, value: string): void {
    if (value === '' || (value.length <= LOOP_BYTES && this.#ascii(field, value))) return;
    const size = Buffer.byteLength(value);
    this.open(field, size);
    this.buffer.write(value, this.position);
    this.position += size;
  }

  /** Writes a short text, or nothing if there is more in it than ASCII. */
  #ascii(field: number, value: string): boolean {
    const start = this.position;
    this.open(field, value.length);
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        this.position = start;
        return false;
      }
      this.buffer[this.position++] = code;
    }
    return true;
  }
}
