/**
 * TensorFlow.js in Node comes without its gradients, and Node cannot import the file that registers them: the build
 * bundles it here. Registering twice, or beside a copy that has them, changes nothing: there is one registry.
 */
import '@tensorflow/tfjs-core'; // first: registering reads its flags
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
