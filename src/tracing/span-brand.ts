/** The mark of spans that this package recorded; a registered symbol, so that every copy of the package knows it. */
export const RECORDED = Symbol.for('honeyhive-decorators.span');
