/** How far an estimated graph is from the truth. */
export interface Distance {
  /** whole number from 0 to the most that graphs over so many variables can differ by */
  readonly count: number;
  /** share of that most, from 0 to 1; 0 for fewer than two variables */
  readonly normalised: number;
}
