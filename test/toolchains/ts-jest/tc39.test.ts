import { done } from './programs/tc39.js';

it('makes the same spans under ts-jest', () => done);
