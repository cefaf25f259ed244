import { wasmBackend } from '@cfe/backend-wasm';
import * as network from '@cfe/network';

Object.assign(globalThis, { wasmBackend, network });
