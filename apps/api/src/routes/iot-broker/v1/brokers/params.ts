import { brokerId } from '@iotcore/contract';
import { z } from 'zod';

export const brokerParams = z.strictObject({ brokerId });
