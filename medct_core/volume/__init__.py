"""What a scan is: voxels, their place in the patient, and views of them; numpy only."""
