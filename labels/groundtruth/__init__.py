"""SageMaker Ground Truth's formats: manifest lines, worker responses, sequences, and what they hold."""
