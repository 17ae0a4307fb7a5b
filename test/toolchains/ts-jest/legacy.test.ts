import { done } from './programs/legacy.js';

it('makes the same spans under ts-jest', () => done);
