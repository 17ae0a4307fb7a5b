/** The largest body, before and after unzipping; OTLP asks receivers for a limit and names 413 for it. */
export const MAX_BODY = 64 * 1024 * 1024;
