/** A value that two raters can agree on: a label, a verdict, a number. */
export type Rating = string | number | boolean;
