import { useAgent } from './agent.js';
import { printSpans } from './print.js';

export const done = useAgent().then(printSpans);
