/*
 * The part of TensorFlow Lite's C interface that Tactus calls, declared from its documentation. Pointers and sizes are passed as
 * integers of the pointer's width (LP64), so that a call from Java needs no object and allocates nothing.
 *
 * Each function is declared once, by TACTUS_TFLITE_FUNCTION, as the type NAME_t of a pointer to it: which library answers (the
 * real one, or the software Edge TPU's stubs in this process) is known at run time only.
 */
#ifndef TACTUS_TFLITE_H
#define TACTUS_TFLITE_H

typedef long tflite_address;       /* a pointer: model, options, interpreter, tensor, delegate, text, data */
typedef unsigned long tflite_size; /* size_t */

#ifndef TACTUS_TFLITE_FUNCTION
#define TACTUS_TFLITE_FUNCTION(result, name, ...) typedef result (*name##_t)(__VA_ARGS__)
#endif

/* TfLiteStatus */
#define kTfLiteOk 0
#define kTfLiteError 1
#define kTfLiteDelegateError 2
#define kTfLiteApplicationError 3
#define kTfLiteUnresolvedOps 7

/* TfLiteType */
#define kTfLiteNoType 0
#define kTfLiteFloat32 1
#define kTfLiteInt32 2
#define kTfLiteUInt8 3
#define kTfLiteInt64 4
#define kTfLiteBool 6
#define kTfLiteInt16 7
#define kTfLiteInt8 9
#define kTfLiteFloat16 10
#define kTfLiteFloat64 11

TACTUS_TFLITE_FUNCTION(tflite_address, TfLiteVersion, void);

/* The buffer must outlive the model. */
TACTUS_TFLITE_FUNCTION(tflite_address, TfLiteModelCreate, tflite_address data, tflite_size size);
TACTUS_TFLITE_FUNCTION(void, TfLiteModelDelete, tflite_address model);

TACTUS_TFLITE_FUNCTION(tflite_address, TfLiteInterpreterOptionsCreate, void);
TACTUS_TFLITE_FUNCTION(void, TfLiteInterpreterOptionsDelete, tflite_address options);
TACTUS_TFLITE_FUNCTION(void, TfLiteInterpreterOptionsSetNumThreads, tflite_address options, int threads);
/* The delegate must outlive every interpreter that is made of the options. */
TACTUS_TFLITE_FUNCTION(void, TfLiteInterpreterOptionsAddDelegate, tflite_address options, tflite_address delegate);

/*
 * Called with a printf format and a va_list, which these systems pass as a pointer; the reporter must outlive the interpreter. Its
 * text is made by the C library's vsnprintf.
 */
typedef void (*tflite_error_reporter_t)(tflite_address user_data, tflite_address format, tflite_address arguments);
TACTUS_TFLITE_FUNCTION(void, TfLiteInterpreterOptionsSetErrorReporter, tflite_address options, tflite_address reporter,
                       tflite_address user_data);
TACTUS_TFLITE_FUNCTION(int, vsnprintf, tflite_address text, tflite_size size, tflite_address format, tflite_address arguments);

TACTUS_TFLITE_FUNCTION(tflite_address, TfLiteInterpreterCreate, tflite_address model, tflite_address options);
TACTUS_TFLITE_FUNCTION(void, TfLiteInterpreterDelete, tflite_address interpreter);
TACTUS_TFLITE_FUNCTION(int, TfLiteInterpreterAllocateTensors, tflite_address interpreter);
TACTUS_TFLITE_FUNCTION(int, TfLiteInterpreterInvoke, tflite_address interpreter);
/* Only in libraries that export the experimental part of the interface. */
TACTUS_TFLITE_FUNCTION(int, TfLiteInterpreterResetVariableTensors, tflite_address interpreter);
TACTUS_TFLITE_FUNCTION(int, TfLiteInterpreterGetInputTensorCount, tflite_address interpreter);
TACTUS_TFLITE_FUNCTION(tflite_address, TfLiteInterpreterGetInputTensor, tflite_address interpreter, int index);
TACTUS_TFLITE_FUNCTION(int, TfLiteInterpreterGetOutputTensorCount, tflite_address interpreter);
TACTUS_TFLITE_FUNCTION(tflite_address, TfLiteInterpreterGetOutputTensor, tflite_address interpreter, int index);

TACTUS_TFLITE_FUNCTION(int, TfLiteTensorType, tflite_address tensor);
TACTUS_TFLITE_FUNCTION(int, TfLiteTensorNumDims, tflite_address tensor);
TACTUS_TFLITE_FUNCTION(int, TfLiteTensorDim, tflite_address tensor, int index);
TACTUS_TFLITE_FUNCTION(tflite_size, TfLiteTensorByteSize, tflite_address tensor);
TACTUS_TFLITE_FUNCTION(tflite_address, TfLiteTensorData, tflite_address tensor);
TACTUS_TFLITE_FUNCTION(tflite_address, TfLiteTensorName, tflite_address tensor);

#endif
