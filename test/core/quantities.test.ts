import { describe, expect, it } from 'vitest';
import { bytesInWords, durationInWords, rowsInWords, secondsInWords } from '../../server/src/core/quantities';

describe('quantities for people', () => {
  it.each([
    [0, 'under 1 ms'],
    [0.0004, 'under 1 ms'],
    [0.0123, '12 ms'],
    [0.722, '720 ms'],
    [0.994, '990 ms'],
    [0.9996, '1 s'],
    [1.44, '1.4 s'],
    [40, '40 s'],
    [99.4, '99 s'],
    [99.6, '1.7 min'],
    [754, '13 min'],
    [5969, '99 min'],
    [5990, '1.7 h'],
    [86_400, '24 h'],
    [200_000, '2.3 days'],
  ])('%d seconds: %s', (seconds, words) => {
    expect(secondsInWords(seconds)).toBe(words);
  });

  it.each([
    [0, 0, 0, 'no time'],
    [0, 0.001, 0.02, 'milliseconds'],
    [25, 40, 70, 'about 40 s (25 to 70)'],
    [0.4, 1.5, 6.02, 'about 1.5 s (0.4 to 6)'],
    [0.3, 0.8, 2.5, 'about 800 ms (300 ms to 2.5 s)'],
    [0, 40, 70, 'about 40 s (under 1 ms to 70 s)'],
    [0, 0.0002, 11, 'under 1 ms (up to 11 s)'],
    [0, 0, 11, 'under 1 ms (up to 11 s)'],
    [40, 140, 300, 'about 2.3 min (40 s to 5 min)'],
    [65, 140, 300, 'about 2.3 min (1.1 to 5)'],
    [40.1, 40.2, 40.3, 'about 40 s'],
    [1, 3600, 800_000, 'about 60 min (1 s to 9.3 days)'],
  ])('%d to %d to %d seconds: %s', (low, likely, high, words) => {
    expect(durationInWords({ low, likely, high })).toBe(words);
  });

  it.each([
    [0, '0 rows'],
    [-0, '0 rows'],
    [1, '1 row'],
    [4812, '4,812 rows'],
    [347_212, '347,000 rows'],
    [999_700, '1 M rows'],
    [2_140_000, '2.1 M rows'],
    [312_400_000, '312 M rows'],
    [1_250_000_000, '1.3 bn rows'],
  ])('%d rows: %s', (rows, words) => {
    expect(rowsInWords(rows)).toBe(words);
  });

  it.each([
    [1, '1 byte'],
    [512, '512 bytes'],
    [8192, '8 kB'],
    [1_023_999, '0.98 MB'],
    [1.4 * 1024 ** 3, '1.4 GB'],
    [12_345 * 1024 ** 4, '12,345 TB'],
  ])('%d bytes: %s', (bytes, words) => {
    expect(bytesInWords(bytes)).toBe(words);
  });
});
