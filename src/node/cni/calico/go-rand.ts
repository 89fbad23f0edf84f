/**
 * The numbers Go's math/rand gives from a seed (rand.NewSource): Calico draws from it where a node begins to look for a block.
 *
 * An additive lagged Fibonacci generator of 607 words and lag 273, seeded by a linear congruential one and by the state the same
 * generator has 7.8e12 steps after seed 1. Only the first draws are wanted, so only the words they read are kept.
 */
import { assert } from '../../../lib/assert.ts';
import { bytesOfBase64 } from '../../../lib/hash.ts';

const LENGTH = 607;
const LAG = 273;
/** Draws that can be made: each try of a block's index takes two, and succeeds half the time at worst. */
const DRAWS = 128;
const INT32_MAX = 2147483647;

/** The state's words 333 downward, then 606 downward, DRAWS of each, little-endian. */
const COOKED = [
  'w1m3aNn0sr9r0xwNrcN/O0EIPrqz+xvxp7m6f+iJEANfHCvx0Dx+lh4rgEBhC2S9X0JeqRgRozIjJfOAM3wTCK/muPjL6ySQBJFlKA2h5aTaUS',
  'RUB1rn15PbcoNwzanJf/kmodWGFzNNay9gp7c2JQgGhPkRz0TEdUwFEAscgovLDJdYVDFhfuAeyahSVH8O5BDgY0Gu3T9cy7Anuczqyv+i+dRw',
  'H2rT/L8d5WhbOEMsHqgMtBzkXtmrXmKnEYMEyh3Ms+UdfDyYqdfNEBFD010c9Mr2rjdPFsKSmr60u5xqzo1C8GktVcejKGv5CSf3+/bF3HrRVt',
  'Xfh6OmornteeKFExH+3T7Hw/n9yTYBkRxgdUb4KlfqKgcnCHrMqNZZlwoiaPchBozb1n04A4BtA8R938fYMf4BkyidUT8NxOqBp1x3nI2vP6aI',
  '2IgcqJtjUztqOdPAiY+VMpCDdqCVhOG8rVs2zHg9cdn7WA/kXhdHkiF3dcUOCF5xhEsl0OBDzXD4uvUlaWO9fSIRFmozyw0xZF43kFrYgsIp2c',
  '4fKyuwzJ574ae3H0UWnc88vqcvedkYMobi19PKKF1Yp2xDXdVNZfWbl+EdIutJsPusfkUR4vaJDfyW0xG2G7i902d+VDoNDnn7wZFNt5GO0myc',
  'nN3syhlbaCcUJ4Dm1wmpOc13bsm3QjO2FnngjNygsR8j2Ec5cHT9t6B7Z+MKpT/GuDKyp1xkB3x/2XskV2NJNmsCOFMQoXzKaSnqTosqnJXKYh',
  '0rktQa8Pt3eFJC6H+XQEF4Tuo+3QIvNNb4corpZHRT9nagQCs8XYcUyoO2Jl9C2zWb3dBrdqiGXNLK6107q9mQSxcvyBsFAOxZJ5ZWOuPhL4YW',
  '1Th516synmIb23/IV2ZCgPfaWIVg05uHuQPG0AntgsvElCb2uMTR7bMD310Jn6zz+Lo5iL0Ms2GwkdbL5P4SlbgMooNj5S/LiYOiuaY6ulhNPZ',
  '6FZOTA0oBMKyIkWmaBjzsYWlHqbKmAMkB6caCTvM5q/5JiKMlLY2bB1jpvoUYlE6qiQc5TKLm8p1M0rNsdGOpJil9W6OnZuAJiQDrelcnLRzV6',
  '4WxwSvGqcBoFPa8SsrS2Wg6YVjaYYcw5w8CGSZgBrkUI7GgRIwbTP3T/1CcwRs4GpJSBgrFVQQnAjautmK3kfeUV32jwkAWPBgKNT3n99JxOI8',
  'JDQcIptbBEaXWy/ovJNyldoyjfKM9omxxUh0Zw5De34ulRnri0MfJmymZlAwASsZuMRG1bNVK+vRxQpy3JnWh/OqkYM/JhzXg9r4tXBuitO9mL',
  '6mk+DTkbBNBz1Z8VEkpi3TzxNIF2DPSM98py3mnBdWm8IcYlwDE6CqA5O/Bec5uhV37X33rMllpTdC44i8eNBN7hB7KqKVhl3qgMxrBZSh66+y',
  'QoIFs46bXl6ZYoFoDgefXsEL5Rw6PTUakcQ4+iA/Wn+F+T9tlmUcSUIZ+ZktV3yYpC9kkXNhaV9POVlkzqfyhe5kKqUGdcOYTHa/8vqwqYeDnK',
  'HaC//GRBm+SwHnEKZFDhsJxdzEioj3/wpCdymfzFCuOAvXf2qiOsSBK7xViDVWXh5BcxFFhNwK6eCv1DLBpwtSSxcdZLvcPRRrpmmmjbsYZz9/',
  'tmEtiVyn86U3zMDnR1jQrRkXwpG1tSUqHkWdHBtfJqyk8yvbfi29+rnh846K+kR7vXkmacfp9m4zfuIvWMx20IfmOb+T/UOT5nIoZVeVxj/o1i',
  'B54+b93dR0lUvusap2XCdwfWkVSxgo3raIYoNM7nclVv4QGHjbhuZkPYO+/y0nean8XmwEgxdXkMA2Rhj1UXHQBg96O5GX4HxOdoGaArDkAUCN',
  'JThUJiWW0Ldk9zqkV99MLYD0hQtoX76OcWiLvw1TLoSSMohzeMG2Td8E/d3uzBrhGwF7QXhPdDGNyYz4wFdgPJHlOweWDeNtq0a7tC4rYrmnCo',
  'fEYKecB9CMI5xtP0il0KMEcFglweMHsP/A8qpISDexMsVN6m569Hf1hurZdsRPulTvwE3cO45aBAJ1kgBUF94pkbrwNUXuugUvfEy0nARNy+HP',
  'LmYWNmTzQf4zKas+YPpm6YJtlzc6CvOnkKPfNDpev0ujEyHZPk5Z5MoUftiwStPUt+53dNsBSfbS/emqJM0KeYgGwTQLZ2c/p+hfXxjRHCNGfI',
  'yBnlq4KZdttyIaZ4ojrRYmuS2V35z2vp7qutdqv6H7Y3e0Y9An4dS8nlEiKdP63372Plz/EqJIOeYfV4bYzDWYnydRYaH9CXrYfFmlNSOTJvEU',
  'BMbVOjinUVQ8d0mplw25WXxRGmrZ2HNHiQBJ7xMC/JB3b012Wc8KO7KGpxtx6pO2L2vxVEC8Gxs11djhBa+Bx4AmVHp1YRfIwYkiQijYgIwz5O',
  '3FFj/NSJsuwpfVWmEjyYmWm+YCp7A6i7iRlErQ5vEMDIQ11g5cd64fo38lYKCdE808gX4NMHl7PPTynThNUACaYsN5Yp+j1PMl7jRL8K+Os71T',
  'NDe12t426SERE+Lyvn5gTkRmdWjPSBhcsH84jMM1K21TmOZbhIvmSq2wo8hT/5w8GfCs5petwK9MRbx760yTgg5ujaer4BOmpj+CZlinWIJeOl',
  'Bu2+q/9b0PwDU4fW3uRWCnDTQMgKVHVayC0wFrcpxLw/J2um6/dzfAsR0wfkZUp4GazaUkE2eYw8dZd6UV5x1yt6a4Y=',
].join('');

/** 48271 x mod (2^31 - 1), by Schrage's method. */
function step(x: number): number {
  const next = 48271 * (x % 44488) - 3399 * Math.floor(x / 44488);
  return next < 0 ? next + INT32_MAX : next;
}

/** The first DRAWS values of Uint32 of a source with that seed. */
export function goUint32s(seed: number): readonly number[] {
  const words = seedWords(seed);
  const cooked = new DataView(bytesOfBase64(COOKED).buffer);
  const word = (at: number, place: number): bigint => (words[at] ?? 0n) ^ cooked.getBigUint64(place * 8, true);
  return Array.from({ length: DRAWS }, (_, n) => {
    const sum = word(LENGTH - LAG - 1 - n, n) + word(LENGTH - 1 - n, DRAWS + n);
    return Number((sum & 0x7fffffffffffffffn) >> 31n);
  });
}

function seedWords(seed: number): readonly bigint[] {
  const start = seed % INT32_MAX;
  let x = start === 0 ? 89482311 : start;
  const next = (): bigint => BigInt((x = step(x)));
  for (let i = 0; i < 20; i++) next();
  return Array.from({ length: LENGTH }, () => (next() << 40n) ^ (next() << 20n) ^ next());
}

/** big.Int.Rand: a number below `limit` (a power of two or not), 64 bits drawn per try, masked to the limit's length. */
export function goBigIntRand(seed: number, limit: number): number {
  const draws = goUint32s(seed);
  const mask = 2 ** (32 - Math.clz32(limit)) - 1;
  for (let i = 0; i + 1 < draws.length; i += 2) {
    const value = ((draws[i] ?? 0) & mask) >>> 0;
    if (value < limit) return value;
  }
  assert(false, `no number below ${limit} in ${DRAWS} draws`);
}
