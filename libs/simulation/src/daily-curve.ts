/** Seconds of a day. */
export const SECONDS_PER_DAY = 86_400;

const SECONDS_PER_HOUR = 3_600;

interface Wave {
  amplitude: number;
  timesADay: number;
  /** The hour of its (first) maximum. */
  crest: number;
}

// Each wave fits the day a whole number of times, so its mean is 0 and that of the curve exactly 1. The curve has a minimum of 0.2 at
// 3:30, a plateau of 1.1 at noon and a maximum of 1.7 at 19:00.
const WAVES: readonly Wave[] = [
  { amplitude: 0.65, timesADay: 1, crest: 17 },
  { amplitude: 0.25, timesADay: 2, crest: 20.5 },
];

/** An upper bound of the curve. */
export const DAILY_FACTOR_BOUND = WAVES.reduce((sum, { amplitude }) => sum + amplitude, 1);

/** The rate at a second of the day (0 is midnight), relative to the day's mean, which is exactly 1. */
export function dailyFactor(secondOfDay: number): number {
  return WAVES.reduce((sum, wave) => sum + wave.amplitude * Math.cos(phase(wave, secondOfDay)), 1);
}

/** The integral of `dailyFactor` between two seconds of the day. */
export function dailyIntegral(from: number, to: number): number {
  return WAVES.reduce((sum, wave) => {
    const scale = (wave.amplitude * SECONDS_PER_DAY) / (2 * Math.PI * wave.timesADay);
    return sum + scale * (Math.sin(phase(wave, to)) - Math.sin(phase(wave, from)));
  }, to - from);
}

function phase({ timesADay, crest }: Wave, secondOfDay: number): number {
  return (2 * Math.PI * timesADay * (secondOfDay - crest * SECONDS_PER_HOUR)) / SECONDS_PER_DAY;
}
