import * as operations from '@cfe/autograd/tfjs';
import { wasmBackend } from '@cfe/backend-wasm';
import * as network from '@cfe/network';
import * as tf from '@tensorflow/tfjs-core';

Object.assign(globalThis, { wasmBackend, network, operations, tf });
