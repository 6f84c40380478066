import { readCalibration } from '../core/estimate/calibration';
import type { Calibration } from '../core/schema/speed';
import { Failure } from './failure';
import { readTextFile } from './text-file';

/** A calibration that a file keeps. Throws a {@link Failure}. */
export function keptCalibration(path: string): Calibration {
  let value: unknown;
  try {
    value = JSON.parse(readTextFile(path).text);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${path}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const read = readCalibration(value);
  if (read === undefined) throw new Failure(`${path}: not a calibration, as --calibrate writes it`);
  return read;
}
